import Synchronization

/// Scenarios as they are before anything goes wrong: each is arranged once, and copied for every schedule.
final class ArrangedScenarios: Sendable {
    static let shared = ArrangedScenarios()

    private let known = Mutex<[String: (SimulatedCluster, Stage)]>([:])

    func arranged(_ scenario: Scenario) throws -> (SimulatedCluster, Stage) {
        if let found = known.withLock({ $0[scenario.name] }) { return found }
        let cluster = try SimulatedCluster(machines: 2, keepsParts: true)
        let stage = try cluster.run { try await scenario.arrange(cluster) }
        return known.withLock { known in
            known[scenario.name] = known[scenario.name] ?? (cluster, stage)
            return known[scenario.name] ?? (cluster, stage)
        }
    }
}
