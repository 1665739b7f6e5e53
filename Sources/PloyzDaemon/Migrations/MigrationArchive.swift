import Foundation
import PloyzMigration
import PloyzModel

/// Forgets migrations that ended long ago, so that the store does not grow for ever: every daemon keeps all of it in
/// memory, and reads all of it when it starts.
struct MigrationArchive: Sendable {
    /// Of one service. Predictions look at fewer.
    static let keptOfService = 20
    /// In all.
    static let kept = 1000

    let store: any ClusterStore

    /// Deletes the oldest records, with their decisions, of which there are too many. Called again and again, it comes
    /// to an end.
    ///
    /// What a deleted migration may still have on its way is refused as before: every write of it is compared with its
    /// decision, its lock or records that have changed since.
    func trim() async throws {
        let records = try await store.records(OperationRecord.self, under: .operations)
        for record in Self.superfluous(records) {
            let decision = try await store.get(.decision(record.id))
            let conditions: [StoreTransaction.Condition] =
                record.services.map { .absent(.lock($0)) } + [
                    try .value(.operation(record.id), encoding: record),
                    decision.map { .value(.decision(record.id), $0) } ?? .absent(.decision(record.id)),
                ]
            // Refused while another migration has the service: then after that one.
            _ = try await store.commit(
                StoreTransaction(
                    conditions: conditions,
                    writes: [.delete(.operation(record.id)), .delete(.decision(record.id))]
                )
            )
        }
    }

    /// The records that have ended, have nothing left to do, and are too many.
    static func superfluous(_ records: [OperationRecord]) -> [OperationRecord] {
        let ended = records.filter { $0.finishedAt != nil && $0.outcome != nil && $0.pending.isEmpty }
            .sorted { ($0.startedAt, $0.id.text) > ($1.startedAt, $1.id.text) }
        var seen: [ServiceRef: Int] = [:]
        return ended.enumerated().filter { position, record in
            seen[record.service, default: 0] += 1
            return position >= kept || seen[record.service, default: 0] > keptOfService
        }.map(\.element)
    }
}
