import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzStore

/// Writes records as machines, deploys and migrations do, and looks when the machine follows.
final class ScaleRun {
    private static let clock = ContinuousClock()
    private static let pki = "/var/lib/ployz/pki"
    /// How long the machine may take for one size.
    private static let patience = Duration.seconds(150)
    private static let parkings = 20
    private static let newServices = 9
    /// After what is waited for, a change may lead to more: what it costs is taken after this.
    private static let aftermath = Duration.milliseconds(100)
    /// More than one of the rounds in which the daemon looks at everything.
    private static let rest = Duration.seconds(16)

    private let options: ScaleOptions
    private let store: EtcdClusterStore
    private let machine: Machine
    private var cluster: SyntheticCluster
    private var hasMachines = false

    init(_ options: ScaleOptions) async throws {
        self.options = options
        guard let key = Data(base64Encoded: try await Machine.run("wg", ["show", "wg-ployz", "public-key"]).trimmed)
        else { throw ScaleFailure("wg-ployz has no public key") }
        store = try EtcdClusterStore(
            endpoints: [StoreEndpoint(host: SyntheticCluster.managementAddress(of: key))],
            credentials: StoreCredentials(
                certificatePath: Self.pki + "/machine.crt",
                keyPath: Self.pki + "/machine.key",
                authorityPath: Self.pki + "/ca.crt"
            ),
            logger: Logger(label: "scale")
        )
        guard let record = try await store.record(ClusterRecord.self, at: .cluster),
            let own = try await store.records(MachineRecord.self, under: .machines).first
        else { throw ScaleFailure("the store has no cluster") }
        machine = try await Machine(gateway: own.overlayAddress)
        cluster = try SyntheticCluster(cluster: record.network, own: own, machines: options.machines)
    }

    func end() async throws { try await store.shutDown() }

    /// Grows the cluster to so many services and measures.
    func round(_ count: Int) async throws -> ScaleRound {
        let seen = try await machine.received()
        let writes = try (hasMachines ? [] : cluster.machineWrites()) + cluster.grow(to: count)
        hasMachines = true
        var round = ScaleRound(services: count, routes: cluster.routes.count)
        let begin = Self.clock.now
        try await write(writes)
        let written = Self.clock.now
        round.note("records written", Double(writes.count), "records")
        round.note("writing them", (written - begin).milliseconds)
        try await waitUntilApplied(&round, since: begin)
        round.note("bytes watched meanwhile", try await watched(since: seen) / 1024, "KiB")
        try await move(&round)
        try await park(&round)
        try await add(&round)
        let before = try machine.processorTime()
        try await Task.sleep(for: Self.rest)
        let used = try machine.processorTime() - before
        round.note("processor time at rest, each second", used / (Self.rest / .seconds(1)))
        round.note("memory of the daemon", try machine.memory(), "MiB")
        let state = MachineState(of: cluster)
        for part in MachineState.Part.allCases {
            let said = try await machine.says(part)
            if let difference = state.difference(to: said, in: part) { round.differences.append(difference) }
        }
        round.differences += wrongNames(state)
        return round
    }

    private func write(_ writes: [StoreTransaction.Write]) async throws {
        for start in stride(from: 0, to: writes.count, by: StoreTransaction.maximumOperations) {
            let part = Array(writes[start..<min(writes.count, start + StoreTransaction.maximumOperations)])
            guard try await store.commit(StoreTransaction(conditions: [], writes: part)) else {
                throw ScaleFailure("the store refused records without a condition")
            }
        }
    }

    private func watched(since before: [String: Int]) async throws -> Double {
        let now = try await machine.received()
        return Double(now.reduce(0) { $0 + $1.value - (before[$1.key] ?? 0) })
    }

    // MARK: Everything

    private func waitUntilApplied(_ round: inout ScaleRound, since begin: ContinuousClock.Instant) async throws {
        let state = MachineState(of: cluster)
        var missing = MachineState.Part.allCases
        var times: [MachineState.Part: Double] = [:]
        while !missing.isEmpty {
            for part in missing {
                let said = try await machine.says(part)
                guard let difference = state.difference(to: said, in: part) else {
                    times[part] = (Self.clock.now - begin).milliseconds
                    missing.removeAll { $0 == part }
                    continue
                }
                guard Self.clock.now - begin < Self.patience else { throw ScaleFailure(difference) }
            }
            try await Task.sleep(for: .milliseconds(250))
        }
        for part in MachineState.Part.allCases { round.note("all records applied: \(part.rawValue)", times[part] ?? 0) }
        while case let wrong = wrongNames(state), let first = wrong.first {
            guard Self.clock.now - begin < Self.patience else { throw ScaleFailure(first) }
            try await Task.sleep(for: .milliseconds(250))
        }
        round.note("all records applied: dnsmasq answers", (Self.clock.now - begin).milliseconds)
    }

    /// Each name of the cluster is asked for.
    private func wrongNames(_ state: MachineState) -> [String] {
        var wanted: [String: Set<String>] = [:]
        for line in state.lines[.names] ?? [] {
            let words = line.split(separator: " ")
            wanted[String(words[0]), default: []].insert(String(words[1]))
        }
        for (name, addresses) in wanted {
            let said = machine.addresses(of: name)
            if said != addresses { return ["dnsmasq: \(name) is \(said.sorted()), not \(addresses.sorted())"] }
        }
        return []
    }

    // MARK: One change

    private func move(_ round: inout ScaleRound) async throws {
        let seen = try await machine.received()
        var (times, costs, paces, looks): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for turn in 0..<options.moves {
            guard let (route, target) = cluster.movable(turn, of: options.moves) else { continue }
            paces.append(try await pace())
            looks.append(try await Self.time { _ = try await Machine.allowedAddresses() })
            let before = try machine.processorTime()
            try await write(try cluster.move(route, to: target))
            times.append(
                try await until("the move of \(route.address)") {
                    let said = try await Machine.allowedAddresses().split(separator: "\n")
                    let peer = said.first { $0.hasPrefix(target.wireguardKey) } ?? ""
                    return peer.split(whereSeparator: \.isWhitespace).contains("\(route.address)/32"[...])
                }
            )
            costs.append(try await cost(since: before))
        }
        round.note("a move, median", times.median, limit: .beside(paces.median, looking: looks.median))
        round.note("in it: one `wg show`, median", looks.median)
        round.note("beside it: one `nft list set`, median", paces.median)
        round.note("a move, worst", times.max() ?? 0)
        round.note("processor time of a move, median", costs.median, limit: .plain)
        round.note("bytes watched of a move", try await watched(since: seen) / Double(times.count), "B")
    }

    private func cost(since before: Double) async throws -> Double {
        try await Task.sleep(for: Self.aftermath)
        return try machine.processorTime() - before
    }

    private func park(_ round: inout ScaleRound) async throws {
        var generator = SystemRandomNumberGenerator()
        var (held, released, costs, paces): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for turn in 0..<Self.parkings {
            guard let (route, _) = cluster.movable(turn, of: Self.parkings) else { continue }
            paces.append(try await pace())
            let before = try machine.processorTime()
            let parked = route.parked(for: OperationID(using: &generator))
            try await write(try cluster.set(parked))
            held.append(try await until("parking") { try await self.machine.holds(route.address) })
            try await write(try cluster.set(parked.released))
            released.append(try await until("release") { try await !self.machine.holds(route.address) })
            costs.append(try await cost(since: before))
        }
        round.note("an address parked, median", held.median, limit: .beside(paces.median))
        round.note("an address released, median", released.median, limit: .beside(paces.median))
        round.note("processor time of parking and release, median", costs.median, limit: .plain)
    }

    private func add(_ round: inout ScaleRound) async throws {
        var (names, routes, costs, paces): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<Self.newServices {
            paces.append(try await pace())
            let writes = try cluster.addService()
            guard let service = cluster.services.last?.ref else { continue }
            let before = try machine.processorTime()
            try await write(writes)
            let name = "\(service.service).\(service.namespace).ployz.internal"
            let named = try await until(name) { !self.machine.addresses(of: name).isEmpty }
            names.append(named)
            routes.append(named + (try await until(name) { self.machine.leads("\(service.service).example.com") }))
            // The next reload waits for a second after the last one.
            try await Task.sleep(for: .milliseconds(1100))
            costs.append(try await cost(since: before))
        }
        round.note("a new service: its name, median", names.median, limit: .beside(paces.median))
        round.note("a new service: its HTTP route, median (a reload)", routes.median)
        round.note("processor time of a new service, median (a reload)", costs.median)
    }

    /// What a program takes now that asks the kernel one thing.
    private func pace() async throws -> Double {
        try await Self.time { _ = try await self.machine.holds(self.machine.gateway) }
    }

    private func until(_ what: String, _ isDone: () async throws -> Bool) async throws -> Double {
        let begin = Self.clock.now
        while try await !isDone() {
            guard Self.clock.now - begin < .seconds(60) else { throw ScaleFailure("\(what) is not seen after 60 s") }
            try await Task.sleep(for: .milliseconds(1))
        }
        return (Self.clock.now - begin).milliseconds
    }

    private static func time(_ body: () async throws -> Void) async throws -> Double {
        let begin = clock.now
        try await body()
        return (clock.now - begin).milliseconds
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
