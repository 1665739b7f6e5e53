package import Foundation

/// The cluster store: a map from keys to values that every machine reads and that changes only by transactions.
///
/// Contract:
/// - ``commit(_:)`` is atomic and linearizable: either every condition held and every write was made, or none was.
/// - An error from ``commit(_:)`` with the code `store-unreachable` or `store-refused` means that nothing was written and
///   nothing will be. Any other error (`store-outcome-unknown`, a cancelled task) leaves the outcome **unknown**: the
///   write may have been made, or may still be made later. Callers decide by a later write, never by assuming.
/// - A transaction has at most ``StoreTransaction/maximumOperations`` conditions and as many writes, and writes a key once.
/// - Conditions compare values, not revisions: revisions go back when a backup is restored.
package protocol ClusterStore: Sendable {
    /// The value at `key`, read linearizably; nil when there is none.
    func get(_ key: StoreKey) async throws -> Data?

    /// Every entry whose key starts with `prefix`, in the order of keys, and the revision of that picture.
    func list(_ prefix: StoreKey) async throws -> StoreListing

    /// Makes every write if every condition holds.
    ///
    /// - Returns: true when the writes were made, false when a condition did not hold and nothing was written.
    func commit(_ transaction: StoreTransaction) async throws -> Bool

    /// Changes under `prefix` after `revision`, in order, until the task is cancelled.
    ///
    /// The stream throws when the connection is lost or the revision is compacted; the caller lists again and watches
    /// from there.
    func watch(_ prefix: StoreKey, after revision: Int64) -> AsyncThrowingStream<[StoreChange], any Error>
}

/// A key of the store: `/ployz/…`.
package struct StoreKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }

    package static func < (left: StoreKey, right: StoreKey) -> Bool { left.text < right.text }
}

package struct StoreEntry: Hashable, Sendable {
    package let key: StoreKey
    package let value: Data

    package init(key: StoreKey, value: Data) {
        self.key = key
        self.value = value
    }
}

package struct StoreListing: Hashable, Sendable {
    package let entries: [StoreEntry]
    package let revision: Int64
    /// Which store it is: another one once it was made anew from a snapshot. nil where there is no telling.
    package let lineage: String?

    package init(entries: [StoreEntry], revision: Int64, lineage: String? = nil) {
        self.entries = entries
        self.revision = revision
        self.lineage = lineage
    }
}

package enum StoreChange: Hashable, Sendable {
    case put(StoreEntry)
    case deleted(StoreKey)
}

package struct StoreTransaction: Hashable, Sendable {
    package enum Condition: Hashable, Sendable {
        case absent(StoreKey)
        case present(StoreKey)
        /// The value at the key is exactly these bytes.
        case value(StoreKey, Data)

        package var key: StoreKey {
            switch self {
            case .absent(let key), .present(let key), .value(let key, _): key
            }
        }
    }

    package enum Write: Hashable, Sendable {
        case put(StoreKey, Data)
        case delete(StoreKey)
    }

    package var conditions: [Condition]
    package var writes: [Write]

    package init(conditions: [Condition], writes: [Write]) {
        self.conditions = conditions
        self.writes = writes
    }
}
