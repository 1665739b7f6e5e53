import PloyzMigration
import PloyzModel

/// What is where when both daemons die at the beginning of a step, in the words of the table in `docs/recovery.md`; and
/// what becomes of it when they start again.
package enum CrashSurvey {
    /// One row of the table.
    package struct Row: Hashable, Sendable {
        package let step: String
        package let workload: String
        package let source: String
        package let target: String
        package let store: String
        package let next: String

        package var cells: [String] { [step, workload, source, target, store, next] }
    }

    /// The first call of each step, and what it is called when a row is about the moment after it.
    private static let moments: [(step: String, call: SeamCall, isAfter: Bool)] = [
        ("announce", call("store.commit", "decisions/op1", 1), false),
        ("holdBases", call("volumes.hold", "shop/data", 1), false),
        ("prepareTarget", call("peer.prepare", "m2", 1), false),
        ("preCopy", call("volumes.snapshot", "shop/data", 1), false),
        ("preCopy, round 2", call("volumes.snapshot", "shop/data", 2), false),
        ("arm", call("peer.ticket", "m2", 3), false),
        ("park", call("routes.refresh", "", 1), false),
        ("stop", call("containers.stopWorkload", "shop/redis/0", 1), false),
        ("fence", call("volumes.unmount", "shop/data", 1), false),
        ("lastDelta", call("volumes.snapshot", "shop/data", 3), false),
        ("startCandidate", call("peer.start", "m2", 1), false),
        ("commit", call("store.commit", "decisions/op1", 2), false),
        ("commit, answer lost", call("store.commit", "decisions/op1", 2), true),
        ("switchOver", call("peer.settle", "m2", 1), false),
        ("retireSource", call("peer.settle", "m2", 2), false),
        ("conclude", call("store.commit", "operations/op1", 5), false),
    ]

    private static func call(_ name: String, _ subject: String, _ number: Int) -> SeamCall {
        SeamCall(machine: "m1", activity: "apply", name: name, subject: subject, number: number)
    }

    /// A move to a machine that has a copy, with every moment at which everything stops.
    package static func rows() throws -> [Row] {
        try moments.map { moment in
            guard let scenario = Scenario.named("way-back") else { throw CancellationError() }
            let cluster = try SimulatedCluster(machines: 2, keepsParts: true)
            return try cluster.run {
                let stage = try await scenario.arrange(cluster)
                return try await row(moment.step, moment.call, isAfter: moment.isAfter, cluster, stage)
            }
        }
    }

    private static func row(
        _ step: String,
        _ call: SeamCall,
        isAfter: Bool,
        _ cluster: SimulatedCluster,
        _ stage: Stage
    ) async throws -> Row {
        cluster.faults.restart()
        cluster.faults.strike(call, with: isAfter ? .bothDieAfter : .bothDieBefore)
        cluster.startDaemons()
        defer { cluster.stopDaemons() }
        let request = MigrationRequest(service: stage.instance.service, target: stage.target, requester: "test")
        guard let daemon = cluster[1].daemon else { throw CancellationError() }
        cluster.writeOnce(to: stage.instance)
        daemon.spawn("apply") {
            guard case .started(let entry) = try? await daemon.engine.admit(request) else { return }
            _ = try? await daemon.engine.run(entry, cancelSignal: CancelSignal()) { _ in }
        }
        while !daemon.isDead {
            guard cluster.time.now < .seconds(300) else {
                throw PloyzError(.failed, "no call \(call) was made: the survey must name another one")
            }
            try await cluster.time.sleep(for: .milliseconds(1))
        }
        let pictures = (
            workload: workload(cluster, stage), source: source(cluster, stage), target: target(cluster, stage),
            store: store(cluster)
        )
        let openOn = cluster.machines.filter { !$0.journal.open.isEmpty }.map { $0.name == "m1" ? "owner" : "target" }
        try await cluster.time.sleep(for: .seconds(60))
        let isMoved = cluster[2].containers.isRunning(stage.instance)
        let who = openOn.isEmpty ? "nobody" : openOn.joined(separator: ", ")
        return Row(
            step: step,
            workload: pictures.workload,
            source: pictures.source,
            target: pictures.target,
            store: pictures.store,
            next: "\(who): \(isMoved ? "forward" : "back")"
        )
    }

    private static func words(_ found: [(String, Bool)]) -> String {
        let said = found.filter(\.1).map(\.0)
        return said.isEmpty ? "as before" : said.joined(separator: ", ")
    }

    private static func workload(_ cluster: SimulatedCluster, _ stage: Stage) -> String {
        let serving = cluster.machines.filter { machine in
            machine.containers.isRunning(stage.instance) && machine.network.link(stage.instance) == .open
        }
        return serving.isEmpty ? "stopped" : "runs on \(serving[0].name == "m1" ? "source" : "target")"
    }

    private static func source(_ cluster: SimulatedCluster, _ stage: Stage) -> String {
        let machine = cluster[1]
        let dataset = stage.volumes.first.flatMap { machine.volumes[$0] }
        let own = machine.containers.all.filter { $0.instance == stage.instance && $0.role == .workload }
        let operation = machine.journal.open.first
        let snapshots = dataset?.snapshots.filter { snapshot in
            operation.map { snapshot.snapshot.name.text.contains($0.text.dropFirst(3)) } ?? false
        }
        return words([
            ("journal", operation != nil),
            ("holds", dataset?.snapshots.contains { $0.holds.contains { $0.text.hasPrefix("ployz:op-") } } ?? false),
            ("snapshots", snapshots?.isEmpty == false),
            ("stopped container", own.contains { !$0.isRunning }),
            ("unmounted", dataset?.isMounted == false),
            ("stamped previous", dataset?.stamp?.state == .previous),
        ])
    }

    private static func target(_ cluster: SimulatedCluster, _ stage: Stage) -> String {
        let machine = cluster[2]
        let dataset = stage.volumes.first.flatMap { machine.volumes[$0] }
        let own = machine.containers.all.filter { $0.instance == stage.instance }
        let isRunning = machine.containers.isRunning(stage.instance)
        let link = machine.network.link(stage.instance)
        return words([
            ("journal", !machine.journal.open.isEmpty),
            ("sealed sandbox", link == .sealed && own.contains { $0.role == .sandbox }),
            ("created container", own.contains { $0.role == .workload && !$0.isRunning }),
            ("sealed candidate", isRunning && link == .sealed),
            ("serving", isRunning && link == .open),
            ("copy incoming", dataset?.stamp?.state == .incoming),
            ("copy live", dataset?.stamp?.state == .live),
        ])
    }

    private static func store(_ cluster: SimulatedCluster) -> String {
        let decisions = cluster.store.entries(under: .decisions).compactMap { Decision(value: $0.value) }
        let candidates = cluster.store.entries(under: StoreKey(StoreKey.root.text + "candidates/"))
        let routes = cluster.store.values(under: .routes).compactMap { try? JSON.decode(RouteRecord.self, from: $0) }
        // The move that the scenario began with is history.
        return words([
            ("running", decisions.contains(.running)),
            ("committed", decisions.filter { $0 == .committed }.count > 1),
            ("lock", !cluster.store.entries(under: .locks).isEmpty),
            ("parked", routes.contains { $0.parking != nil }),
            ("candidate key", !candidates.isEmpty),
        ])
    }
}
