package import Foundation
import PloyzMigration
package import PloyzModel
import Synchronization

/// A journal that survives everything but the test.
package final class InMemoryJournal: Journal {
    private let entries = Mutex<[OperationID: Data]>([:])
    private let machine: String
    private let faults: FaultInjector

    package init(machine: String, faults: FaultInjector) {
        self.machine = machine
        self.faults = faults
    }

    package func read(_ operation: OperationID) async throws -> Data? {
        entries.withLock { $0[operation] }
    }

    package func write(_ entry: Data, for operation: OperationID) async throws {
        try await faults.call(machine, "journal.write") { [self] in
            entries.withLock { $0[operation] = entry }
        }
    }

    package func remove(_ operation: OperationID) async throws {
        try await faults.call(machine, "journal.remove") { [self] in
            entries.withLock { _ = $0.removeValue(forKey: operation) }
        }
    }

    /// Operations that have an entry, for observers.
    package var open: [OperationID] { entries.withLock { $0.keys.sorted() } }

    package func operations() async throws -> [OperationID] { entries.withLock { $0.keys.sorted() } }
}
