package import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// What all clients saw while one thing happened to the shop.
package struct TrafficRound: Sendable {
    package let what: String
    /// How long the workload stood still.
    package let downtime: Duration
    /// When the candidate was ready on the target; nil for what has none.
    package let readyAt: Date?
    package let views: [VantagePoint: ProbeReport]
    /// What an open-loop client saw, when there was one.
    package var flood: ProbeReport?

    /// Time from a ready candidate to the first answer, in milliseconds.
    package func firstAnswer(_ point: VantagePoint) -> Double? {
        guard let readyAt, let gap = views[point]?.gaps.first, gap.end > readyAt else { return nil }
        return gap.end.timeIntervalSince(readyAt) * 1000
    }
}

/// The clients and what is done to the shop under their eyes.
package struct Traffic: Sendable {
    let shop: TrafficShop
    package let points: [VantagePoint]
    private var lab: Lab { shop.lab }

    package static let machines = ["m1", "m2", "m3"]

    /// Deploys the shop on m1 and waits until every client is answered.
    package static func deploy(in lab: Lab) async throws -> Traffic {
        let shop = try await TrafficShop.deploy(in: lab, on: "m1")
        let traffic = Traffic(shop: shop, points: VantagePoint.all(machines, withIngress: true))
        try await lab.wait(for: "every client to be answered", within: 30) {
            let outside = Lab.underlayAddress(of: "m1")
            let ping = ["outside", "--", "redis-cli", "-h", outside, "-p", String(TrafficShop.port), "PING"]
            guard try await lab.command(ping).text.hasPrefix("PONG") else { return false }
            for machine in machines {
                let inside = ["redis-cli", "-h", shop.redis, "PING"]
                guard try await lab.run(machine, inside).text.hasPrefix("PONG") else { return false }
            }
            return true
        }
        return traffic
    }

    /// Packets that have arrived for the tunnels of all machines and found no room (netstat(8), `UdpRcvbufErrors`). Each may
    /// have been the first of a connection, whose client then waits for a second.
    package func packetsWithoutRoom() async throws -> Int {
        var sum = 0
        for machine in Self.machines {
            let printed = try await lab.run(machine, ["nstat", "-asz", "UdpRcvbufErrors"]).succeeded().text
            let count = printed.split(separator: "\n").last?.split(separator: " ").dropFirst().first
            guard let number = count.flatMap({ Int($0) }) else { throw ScenarioFailure("nstat printed \(printed)") }
            sum += number
        }
        return sum
    }

    /// The machine that the shop is on.
    package func place() async throws -> String {
        guard let instance = try await lab.instances(of: TrafficShop.service).first else {
            throw ScenarioFailure("\(TrafficShop.service) has no instance")
        }
        return instance.machine.name.text
    }

    /// Moves the shop while the clients ask; `flood` begins so many connections a second besides, from a container on the
    /// source: those of one machine meet there before the switch, and no tunnel slows them down until then.
    package func move(_ number: Int, from source: String, to target: String, flood: Int? = nil) async throws
        -> TrafficRound
    {
        try await watched(number, "\(source) to \(target)", flood: flood.map { ($0, source) }) {
            let result = try await lab.ctl(source, ["migrate", "apply", TrafficShop.service, "--to", target, "--json"])
            let notices = try result.notices()
            guard result.status == 0, let report = notices.last?.report, let downtime = report.downtime else {
                throw ScenarioFailure("the move to \(target) ended with \(result.status)\n\(result.errorText)")
            }
            return (downtime.duration, notices.candidateReady)
        }
    }

    /// A move that an operator cancels when the workload stands still and the target is about to start it.
    package func cancelledMove(_ number: Int, from source: String, to target: String) async throws -> TrafficRound {
        let round = try await watched(number, "\(source) to \(target), cancelled", flood: nil) {
            try await lab.arm("before start", on: target)
            let output = lab.scratch.appending(path: "cancelled-\(number).jsonl")
            let apply = ["ployzctl", "migrate", "apply", TrafficShop.service, "--to", target, "--json"]
            let running = try lab.start(source, apply, output: output)
            try await lab.waitUntilStopped(target, at: "before start")
            let begun = try ProgramResult.notices(in: Data(contentsOf: output))
            guard let operation = begun.first?.operation else { throw ScenarioFailure("the move did not begin") }
            // It waits for the end, and the end for the target.
            let cancel = ["ployzctl", "migrate", "cancel", "\(operation)"]
            let cancelling = try lab.start(source, cancel, output: lab.scratch.appending(path: "cancel-\(number).txt"))
            try await lab.wait(for: "the move to be given up") {
                try ProgramResult.notices(in: Data(contentsOf: output)).contains(where: \.isAbort)
            }
            try await lab.disarm(target)
            try await lab.command(["kill", target, "ployzd", "--signal", "CONT"]).succeeded()
            let notices = try ProgramResult.notices(in: await running.finish())
            _ = try await cancelling.finish()
            guard let report = notices.last?.report, report.outcome == .cancelled, let downtime = report.downtime else {
                throw ScenarioFailure("the move to \(target) was not cancelled: \(notices.last?.report?.message ?? "")")
            }
            return (downtime.duration, nil)
        }
        try await lab.wait(for: "nothing to be left to do", within: 60) {
            let ended = try? await lab.document(MigrationList.self, source, ["migrate", "ls"]).migrations
            return ended?.allSatisfy { $0.outcome != nil } == true
        }
        return round
    }

    /// The control: a `docker restart` of the same containers where they are, behind the same parking, which the daemons,
    /// stopped meanwhile, have no part in.
    package func restart(_ number: Int, on machine: String) async throws -> TrafficRound {
        for each in Self.machines { try await lab.command(["kill", each, "ployzd", "--signal", "STOP"]).succeeded() }
        let addresses = [shop.redis, shop.web]
        let round = try await watched(number, "docker restart on \(machine)", flood: nil) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for each in Self.machines {
                    group.addTask { try await park(addresses, on: each, holdsArrivals: each == machine) }
                }
                try await group.waitForAll()
            }
            let restart = """
                begin=$(date +%s%N)
                docker restart --time 10 $(docker ps --format '{{.Names}}' | grep -E '^ployz\\.shop\\.(redis|web)\\.0$') >/dev/null
                until redis-cli -h \(shop.redis) -p 6379 PING 2>/dev/null | grep -q PONG; do :; done
                echo $((($(date +%s%N) - begin) / 1000))
                """
            // Inside the sandbox, where nothing waits.
            let inside = "nsenter --target $(docker inspect --format '{{.State.Pid}}' ployz.shop.redis.0.sandbox) --net"
            let script = restart.replacingOccurrences(of: "until redis-cli", with: "until \(inside) redis-cli")
            let printed = try await lab.run(machine, ["bash", "-c", script]).succeeded().text
            try await withThrowingTaskGroup(of: Void.self) { group in
                for each in Self.machines { group.addTask { try await release(addresses, on: each) } }
                try await group.waitForAll()
            }
            guard let time = Int(printed.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw ScenarioFailure("the restart printed no time: \(printed)")
            }
            return (.microseconds(time), nil)
        }
        for each in Self.machines { try await lab.command(["kill", each, "ployzd", "--signal", "CONT"]).succeeded() }
        return round
    }

    private func park(_ addresses: [String], on machine: String, holdsArrivals: Bool) async throws {
        let list = addresses.joined(separator: ", ")
        let arrivals = holdsArrivals ? "add element inet ployz parked_arrivals { \(list) }" : ""
        let script = """
            for a in \(addresses.joined(separator: " ")); do ip neigh del $a dev ployz-park 2>/dev/null; done
            printf 'add element inet ployz parked { \(list) }\n\(arrivals)\n' | nft -f -
            """
        try await lab.run(machine, ["bash", "-c", script]).succeeded()
    }

    private func release(_ addresses: [String], on machine: String) async throws {
        let list = addresses.joined(separator: ", ")
        let script = """
            for a in \(addresses.joined(separator: " ")); do
                ip neigh replace $a lladdr 02:50:00:00:00:02 dev ployz-park nud permanent
            done
            nft delete element inet ployz parked '{ \(list) }'
            nft delete element inet ployz parked_arrivals '{ \(list) }' 2>/dev/null
            # The daemons do not know of these, and would hold nothing for as long as they are there.
            sleep 0.2
            for a in \(addresses.joined(separator: " ")); do ip neigh del $a dev ployz-park; done
            """
        try await lab.run(machine, ["bash", "-c", script]).succeeded()
    }

    /// The open loop alone, while nothing happens to the shop: what this host can serve at all.
    package func crowd(_ number: Int, rate: Int, on machine: String) async throws -> ProbeReport {
        let program = try await crowdProgram(rate, on: machine, number: number)
        return try JSONDecoder().decode(ProbeReport.self, from: try await program.finish())
    }

    /// How long a crowd asks, in seconds.
    package static let crowdTime = 8

    /// An open loop; for longer it would use up the ports of one address, of which each connection takes one for a minute.
    private func crowdProgram(_ rate: Int, on machine: String, number: Int) async throws -> BackgroundProgram {
        let inside = ["nsenter", "--target", try await shop.client(on: machine), "--net", "--"]
        let words = [
            "prlimit", "--nofile=20000", "lab-probe", "flood", "--to", "\(shop.redis):6379", "--rate", String(rate),
            "--seconds", String(Self.crowdTime), "--connect-timeout-ms", String(VantagePoint.connectLimit),
            "--timeout-ms", String(VantagePoint.requestLimit),
        ]
        let output = lab.scratch.appending(path: "flood-\(number).json")
        return try lab.start(machine, inside + words, output: output)
    }

    /// Runs `deed` while all clients ask, from a second before until a second after.
    private func watched(
        _ number: Int,
        _ what: String,
        flood: (rate: Int, machine: String)?,
        _ deed: () async throws -> (Duration, Date?)
    ) async throws -> TrafficRound {
        var clients: [(VantagePoint, BackgroundProgram)] = []
        // Beside a crowd the others only look: this host has two cores, and the crowd is what is asked about.
        let interval = flood == nil ? VantagePoint.interval : 10 * VantagePoint.interval
        for point in points { clients.append((point, try await point.start(shop, number: number, interval: interval))) }
        var crowd: BackgroundProgram?
        if let flood {
            crowd = try await crowdProgram(flood.rate, on: flood.machine, number: number)
        }
        try await Task.sleep(for: .seconds(1))
        let outcome: (Duration, Date?)
        do {
            outcome = try await deed()
        } catch {
            for (_, client) in clients { _ = try? await client.stop() }
            _ = try? await crowd?.stop()
            throw error
        }
        try await Task.sleep(for: .seconds(1))
        var views: [VantagePoint: ProbeReport] = [:]
        for (point, client) in clients {
            views[point] = try JSONDecoder().decode(ProbeReport.self, from: try await client.stop())
        }
        var round = TrafficRound(what: what, downtime: outcome.0, readyAt: outcome.1, views: views)
        if let crowd { round.flood = try JSONDecoder().decode(ProbeReport.self, from: try await crowd.finish()) }
        return round
    }
}

extension MigrationNotice {
    fileprivate var isAbort: Bool {
        if case .phaseChanged(let phase) = content { phase == .abort } else { false }
    }
}

extension [MigrationNotice] {
    /// When the candidate was ready.
    fileprivate var candidateReady: Date? {
        first { if case .candidateReady = $0.content { true } else { false } }?.date
    }
}
