import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

/// Every call of every seam, in turn, goes wrong once. The loop runs over the calls that a good move makes, so a new call
/// is covered the day it is added.
@Suite struct FaultLoopTests {
    struct Unit: Sendable, CustomTestStringConvertible {
        let name: String
        let volumes: [(String, ByteCount)]
        var testDescription: String { name }
    }

    static let units = [
        Unit(name: "two volumes", volumes: [("data", .mebibytes(32)), ("log", .mebibytes(1))]),
        Unit(name: "no volume", volumes: []),
    ]

    @Test(arguments: units, Fault.allCases)
    func whateverCallGoesWrongTheWorkloadRunsInOnePlaceWithEveryWrite(_ unit: Unit, _ fault: Fault) throws {
        let calls = try Self.callsOfAGoodMove(unit)
        #expect(calls.count > 30)
        var outcomes: [MigrationOutcome: Int] = [:]
        for call in calls {
            let problem = try Self.move(unit, strike: call, fault, outcomes: &outcomes)
            #expect(problem == nil, "\(call) \(fault)")
        }
        print("faults: \(calls.count) calls of a move of \(unit.name), each \(fault.rawValue) once: \(outcomes)")
    }

    static func callsOfAGoodMove(_ unit: Unit) throws -> [SeamCall] {
        let cluster = try SimulatedCluster()
        return try cluster.run {
            let redis = try await prepare(cluster, unit)
            _ = try await cluster.writing(to: redis) { try await cluster.migrate("shop/redis", to: 2) }
            return cluster.faults.calls
        }
    }

    private static func prepare(_ cluster: SimulatedCluster, _ unit: Unit) async throws -> InstanceRef {
        try await cluster.join()
        let redis = try await cluster.deploy("shop/redis", volumes: unit.volumes, on: cluster[1])
        cluster.faults.restart()
        return redis
    }

    /// nil when the daemon died, or refused.
    private static func migrateOrCrash(
        _ cluster: SimulatedCluster,
        isPowerLost: Bool
    ) async throws -> MigrationOutcome? {
        let outcome = try await withThrowingTaskGroup(of: MigrationOutcome?.self) { group in
            group.addTask { try await cluster.migrate("shop/redis", to: 2).result.outcome }
            group.addTask {
                try await cluster.faults.crash()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if outcome == nil {
            if isPowerLost { cluster.machines.forEach { $0.powerOff() } }
            try await cluster.restartDaemons()
        }
        return outcome
    }

    /// nil when all is well.
    private static func move(
        _ unit: Unit,
        strike call: SeamCall,
        _ fault: Fault,
        outcomes: inout [MigrationOutcome: Int]
    ) throws -> String? {
        let cluster = try SimulatedCluster()
        let (outcome, problems) = try cluster.run { () -> (MigrationOutcome?, [String]) in
            let redis = try await prepare(cluster, unit)
            cluster.faults.strike(call, with: fault)
            let outcome = try await cluster.writing(to: redis, every: .milliseconds(50)) { () -> MigrationOutcome? in
                do {
                    let outcome = try await migrateOrCrash(cluster, isPowerLost: fault == .powerLoss)
                    try await cluster.settleDown()
                    try await cluster.time.sleep(for: .milliseconds(100))
                    return outcome
                } catch is PloyzError {
                    try await cluster.settleDown()
                    return nil
                }
            }
            var problems = try await cluster.problems()
            if cluster.faults.struck.isEmpty { problems.append("the fault did not strike") }
            let place = try await cluster.store.record(InstanceRecord.self, at: .instance(redis))?.machine
            let isMoved = place == cluster[2].id
            switch outcome {
            case .migrated, .cleanupPending, .alreadyThere: if !isMoved { problems.append("said moved, but is not") }
            case .failed, .cancelled: if isMoved { problems.append("said failed, but moved") }
            // A daemon that died said nothing.
            case .unknown, nil: break
            }
            return (outcome, problems)
        }
        if let outcome { outcomes[outcome, default: 0] += 1 }
        return problems.isEmpty ? nil : "\(String(describing: outcome)): \(problems.joined(separator: "; "))"
    }
}
