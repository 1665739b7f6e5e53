import Foundation
import PloyzAPITestSupport
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

@testable import PloyzDaemon

@Suite struct MigrationArchiveTests {
    /// One that ended, the `number`th of its service.
    private func record(_ number: Int) throws -> OperationRecord {
        let sample = Samples.migrated
        let digits = String(number, radix: 16)
        var record = OperationRecord(
            id: try OperationID("op-" + String(repeating: "0", count: 16 - digits.count) + digits),
            coordinator: sample.coordinator,
            request: sample.request,
            attempt: 1,
            plan: sample.plan,
            startedAt: Date(timeIntervalSince1970: Double(number))
        )
        record.state = .committed
        record.outcome = .migrated
        record.finishedAt = Date(timeIntervalSince1970: Double(number) + 1)
        return record
    }

    private func store(_ records: [OperationRecord]) async throws -> InMemoryClusterStore {
        let store = InMemoryClusterStore()
        for record in records {
            let writes: [StoreTransaction.Write] = [
                try .put(.operation(record.id), encoding: record),
                .put(.decision(record.id), Decision.committed.value),
            ]
            _ = try await store.commit(StoreTransaction(conditions: [], writes: writes))
        }
        return store
    }

    @Test func theNewestOfAServiceAreKept() async throws {
        let records = try (1...25).map(record)
        let store = try await store(records.shuffled())
        try await MigrationArchive(store: store).trim()
        let left = try await store.records(OperationRecord.self, under: .operations)
        #expect(left.map(\.id) == records.suffix(MigrationArchive.keptOfService).map(\.id))
        #expect(try await store.decision(records[4].id) == nil)
        #expect(try await store.decision(records[5].id) == .committed)
    }

    @Test func whatRunsOrHasWorkLeftIsKept() async throws {
        var records = try (1...25).map(record)
        records[0].outcome = nil
        records[0].finishedAt = nil
        records[1].pending = ["discard the candidate on the target"]
        let store = try await store(records)
        try await MigrationArchive(store: store).trim()
        let left = Set(try await store.records(OperationRecord.self, under: .operations).map(\.id))
        #expect(left.isSuperset(of: [records[0].id, records[1].id]))
        #expect(left.count == MigrationArchive.keptOfService + 2)
    }

    @Test func nothingIsForgottenWhileAnotherHasTheService() async throws {
        let records = try (1...25).map(record)
        let store = try await store(records)
        let lock = StoreTransaction.Write.put(.lock(Samples.redis), records[24].id.lockValue)
        _ = try await store.commit(StoreTransaction(conditions: [], writes: [lock]))
        try await MigrationArchive(store: store).trim()
        #expect(try await store.records(OperationRecord.self, under: .operations).count == 25)
    }
}
