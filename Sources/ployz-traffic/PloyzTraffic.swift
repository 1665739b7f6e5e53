import ArgumentParser
import Foundation
import LabScenarios

/// Moves a service around a circle while clients everywhere talk to it, and counts what they notice.
@main
struct PloyzTraffic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traffic",
        abstract: "Moves a service under the eyes of clients everywhere, and counts what they notice."
    )

    @Option(help: "Moves around the circle, 1 to 1000.")
    var moves = 20

    @Option(help: "Moves that are cancelled after the stop, up to 1000.")
    var failures = 10

    @Option(help: "Restarts behind the same parking, 1 to 100.")
    var controls = 5

    @Option(help: "Connections a second of the open-loop client, up to 20000; 0 for none.")
    var flood = 2000

    @Flag(help: "Leave the lab up.")
    var keep = false

    func validate() throws {
        guard (1...1000).contains(moves) else { throw ValidationError("--moves is 1 to 1000") }
        guard (0...1000).contains(failures) else { throw ValidationError("--failures is 0 to 1000") }
        guard (1...100).contains(controls) else { throw ValidationError("--controls is 1 to 100") }
        guard (0...20_000).contains(flood) else { throw ValidationError("--flood is 0 to 20000") }
    }

    func run() async throws {
        let name = Lab.name(in: "PLOYZ_TRAFFIC_LAB", otherwise: "traffic")
        let isRight = try await Lab.run(named: name, machines: Traffic.machines.count, keeps: keep) { lab in
            try await run(in: lab)
        }
        guard isRight else { throw ExitCode.failure }
    }

    private func run(in lab: Lab) async throws -> Bool {
        let traffic = try await Traffic.deploy(in: lab)
        var number = 0
        func next() -> Int {
            number += 1
            return number
        }
        var violations: [String] = []
        var controls: [TrafficRound] = []
        for _ in 0..<self.controls { controls.append(try await traffic.restart(next(), on: "m1")) }
        let control = TrafficTable(controls, controls: controls, points: traffic.points)
        print("\n\(controls.count) times 'docker restart' behind the same parking, the control:\n\n\(control)\n")

        let circle = Traffic.machines
        var rounds: [TrafficRound] = []
        for index in 0..<moves {
            let (source, target) = (circle[index % circle.count], circle[(index + 1) % circle.count])
            rounds.append(try await traffic.move(next(), from: source, to: target))
            let waits = rounds[index].views.filter { $0.key.mayNotFail }.values.map(\.longestWait)
            let longest = Int(waits.max() ?? 0)
            print("\(rounds[index].what): downtime \(rounds[index].milliseconds) ms, longest wait \(longest) ms")
            for (point, wait) in TrafficTable.beyond(rounds[index], controls: controls) {
                print("    beyond the bound: \(point.name), \(Int(wait)) ms")
            }
        }
        let moved = TrafficTable(rounds, controls: controls, points: traffic.points)
        print("\n\(rounds.count) moves:\n\n\(moved)\n")
        violations += moved.violations(allowed: max(1, moves / 20))

        let place = circle[moves % circle.count]
        let other = circle[(moves + 1) % circle.count]
        var returns: [TrafficRound] = []
        for _ in 0..<failures {
            returns.append(try await traffic.cancelledMove(next(), from: place, to: other))
        }
        let returned = TrafficTable(returns, controls: controls, points: traffic.points)
        if !returns.isEmpty {
            print("\(returns.count) moves that were cancelled after the stop and went back:\n\n\(returned)\n")
        }
        violations += returned.violations(allowed: returns.count)

        if flood > 0 {
            let asked = flood * Traffic.crowdTime
            let alone = try await traffic.crowd(next(), rate: flood, on: place)
            print(
                "open loop without a move: \(alone.attempts) of \(asked) connections, "
                    + "\(alone.failedConnects + alone.failedRequests) failed, longest wait \(Int(alone.longestWait)) ms"
            )
            let round = try await traffic.move(next(), from: place, to: other, flood: flood)
            let seen = TrafficTable([round], controls: controls, points: traffic.points)
            print("once with \(flood) new connections a second more:\n\n\(seen)\n")
            if let crowd = round.flood {
                let failed = crowd.failedConnects + crowd.failedRequests
                print(
                    "open loop: \(crowd.attempts) of \(asked) connections, \(failed) failed, \(crowd.held) held, longest wait "
                        + "\(Int(crowd.longestWait)) ms, downtime \(round.milliseconds) ms\n"
                )
                if failed > 0 { violations.append("open loop: \(failed) failed: \(crowd.errors)") }
                if crowd.attempts < asked / 10 * 9 {
                    violations.append("open loop: this host began \(crowd.attempts) of \(asked) connections")
                }
            }
            violations += seen.violations(allowed: 1)
        }
        // A machine that was cut off: from m2, wherever the shop is.
        if try await traffic.place() != "m2" { _ = try await traffic.move(next(), from: traffic.place(), to: "m2") }
        let stale = try await traffic.staleMachine(next())
        print(
            "m3 cut off from the store during a move from m2: \(stale.askedWhileCutOff) requests while cut off, "
                + "\(stale.answeredWhileCutOff) answered; healed, followed after \(Int(stale.caughtUp)) ms; then "
                + "\(stale.answeredAfterwards) answered, \(stale.strayPackets) packets to the old place\n"
        )
        violations += stale.violations
        print("packets that found no room at the tunnels' sockets: \(try await traffic.packetsWithoutRoom())\n")
        for violation in violations { print("VIOLATED: \(violation)") }
        return violations.isEmpty
    }
}

extension TrafficRound {
    fileprivate var milliseconds: Int { Int((downtime / .milliseconds(1)).rounded()) }
}
