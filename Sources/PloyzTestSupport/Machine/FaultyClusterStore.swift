package import Foundation
package import PloyzMigration
import PloyzModel

/// The cluster's one store as a machine reaches it.
package struct FaultyClusterStore: ClusterStore {
    private let store: InMemoryClusterStore
    private let machine: String
    private let faults: FaultInjector

    package init(_ store: InMemoryClusterStore, machine: String, faults: FaultInjector) {
        self.store = store
        self.machine = machine
        self.faults = faults
    }

    package func get(_ key: StoreKey) async throws -> Data? {
        try await faults.call(machine, "store.get", faults.subject(of: key.text)) { try await store.get(key) }
    }

    package func list(_ prefix: StoreKey) async throws -> StoreListing {
        try await faults.call(machine, "store.list", faults.subject(of: prefix.text)) { try await store.list(prefix) }
    }

    package func commit(_ transaction: StoreTransaction) async throws -> Bool {
        let subject = faults.subject(of: transaction.writes.first?.key.text ?? "")
        return try await faults.call(machine, "store.commit", subject) { try await store.commit(transaction) }
    }

    package func watch(_ prefix: StoreKey, after revision: Int64) -> AsyncThrowingStream<[StoreChange], any Error> {
        store.watch(prefix, after: revision)
    }
}
