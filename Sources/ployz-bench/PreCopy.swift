import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel

/// The rounds that a migration sent while the workload ran.
enum PreCopy {
    /// The rate of the first full stream of a volume, MiB a second.
    static func throughput(
        of operation: OperationID,
        volume: String,
        in lab: Lab,
        asking machine: String
    ) async throws -> Double {
        let detail = try await lab.document(MigrationDetail.self, machine, ["migrate", "show", "\(operation)"])
        guard let round = detail.rounds.first(where: { "\($0.volume)".hasSuffix("/\(volume)") && $0.base == nil })
        else {
            throw ScenarioFailure("\(operation) sent no full copy of \(volume)")
        }
        return Double(round.bytes.bytes) / 1_048_576 / (round.time.milliseconds / 1000)
    }
}
