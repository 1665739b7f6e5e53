import Foundation
import PloyzModel

extension MachineSeams {
    /// Local work of one kind, with a bound.
    func local<Value: Sendable>(
        _ what: String,
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        try await time.within(limits.local, what, body)
    }
}

/// A store whose every call ends within a limit.
struct BoundedClusterStore: ClusterStore {
    let store: any ClusterStore
    let time: any Timekeeper
    let limit: Duration

    func get(_ key: StoreKey) async throws -> Data? {
        try await time.within(limit, "reading \(key)") { try await store.get(key) }
    }

    func list(_ prefix: StoreKey) async throws -> StoreListing {
        try await time.within(limit, "listing \(prefix)") { try await store.list(prefix) }
    }

    func commit(_ transaction: StoreTransaction) async throws -> Bool {
        try await time.within(limit, "writing to the store") { try await store.commit(transaction) }
    }

    func watch(_ prefix: StoreKey, after revision: Int64) -> AsyncThrowingStream<[StoreChange], any Error> {
        store.watch(prefix, after: revision)
    }
}

/// A journal whose every write ends within a limit.
struct BoundedJournal: Journal {
    let journal: any Journal
    let time: any Timekeeper
    let limit: Duration

    func read(_ operation: OperationID) async throws -> Data? {
        try await time.within(limit, "reading the journal") { try await journal.read(operation) }
    }

    func write(_ entry: Data, for operation: OperationID) async throws {
        try await time.within(limit, "writing the journal") { try await journal.write(entry, for: operation) }
    }

    func remove(_ operation: OperationID) async throws {
        try await time.within(limit, "clearing the journal") { try await journal.remove(operation) }
    }

    func operations() async throws -> [OperationID] {
        try await time.within(limit, "reading the journal") { try await journal.operations() }
    }
}
