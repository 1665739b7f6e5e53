package import Foundation
package import PloyzMigration
import PloyzModel
import Synchronization

/// The cluster store in memory, for tests: the reference of the contract of ``ClusterStore``.
///
/// Every call is one step under a lock, so the store is linearizable whatever the executor.
package final class InMemoryClusterStore: ClusterStore {
    private struct State {
        var values: [StoreKey: Data] = [:]
        /// The changes of revision 1, 2, …: the index is the revision less one.
        var history: [[StoreChange]] = []
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        var compacted: Int64 = 0

        var revision: Int64 { Int64(history.count) }
    }

    private let state = Mutex(State())

    package init() {}

    package func get(_ key: StoreKey) async throws -> Data? {
        state.withLock { $0.values[key] }
    }

    // For observers, who do not wait.
    func value(at key: StoreKey) -> Data? { state.withLock { $0.values[key] } }

    func entries(under prefix: StoreKey) -> [StoreEntry] {
        state.withLock { state in
            state.values.filter { $0.key.text.hasPrefix(prefix.text) }.map { StoreEntry(key: $0.key, value: $0.value) }
                .sorted { $0.key < $1.key }
        }
    }

    func values(under prefix: StoreKey) -> [Data] { entries(under: prefix).map(\.value) }

    package func list(_ prefix: StoreKey) async throws -> StoreListing {
        state.withLock { state in
            let entries = state.values.filter { $0.key.text.hasPrefix(prefix.text) }
                .map { StoreEntry(key: $0.key, value: $0.value) }
                .sorted { $0.key < $1.key }
            return StoreListing(entries: entries, revision: state.revision)
        }
    }

    package func commit(_ transaction: StoreTransaction) async throws -> Bool {
        try transaction.checkBounds()
        return state.withLock { state in
            guard transaction.conditions.allSatisfy({ $0.holds(in: state.values) }) else { return false }
            let changes = transaction.writes.compactMap { write in write.apply(to: &state.values) }
            guard !changes.isEmpty else { return true }
            state.history.append(changes)
            for watcher in state.watchers.values { watcher.deliver(changes) }
            return true
        }
    }

    package func watch(_ prefix: StoreKey, after revision: Int64) -> AsyncThrowingStream<[StoreChange], any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [StoreChange].self, throwing: (any Error).self)
        let watcher = Watcher(prefix: prefix, continuation: continuation)
        let number = state.withLock { state -> Int? in
            guard revision >= state.compacted else { return nil }
            let start = Int(min(max(revision, 0), state.revision))
            for changes in state.history[start...] { watcher.deliver(changes) }
            let number = state.nextWatcher
            state.nextWatcher += 1
            state.watchers[number] = watcher
            return number
        }
        if let number {
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { state in _ = state.watchers.removeValue(forKey: number) }
            }
        } else {
            continuation.finish(throwing: PloyzError(.storeCompacted, "revision \(revision) is compacted"))
        }
        return stream
    }

    /// Ends every watch as a lost connection does.
    package func disconnectWatches() {
        let watchers = state.withLock { state in
            defer { state.watchers.removeAll() }
            return Array(state.watchers.values)
        }
        for watcher in watchers {
            watcher.continuation.finish(throwing: PloyzError(.storeUnreachable, "the watch was cut off"))
        }
    }

    /// Forgets the history up to the current revision: a watch from an older one is refused.
    package func compact() {
        state.withLock { state in state.compacted = state.revision }
    }
}

private struct Watcher {
    let prefix: StoreKey
    let continuation: AsyncThrowingStream<[StoreChange], any Error>.Continuation

    func deliver(_ changes: [StoreChange]) {
        let mine = changes.filter { $0.key.text.hasPrefix(prefix.text) }
        if !mine.isEmpty { continuation.yield(mine) }
    }
}

extension StoreTransaction.Condition {
    fileprivate func holds(in values: [StoreKey: Data]) -> Bool {
        switch self {
        case .absent(let key): values[key] == nil
        case .present(let key): values[key] != nil
        case .value(let key, let value): values[key] == value
        }
    }
}

extension StoreTransaction.Write {
    /// Makes the write; nil when it changes nothing, as deleting what is absent does.
    fileprivate func apply(to values: inout [StoreKey: Data]) -> StoreChange? {
        switch self {
        case .put(let key, let value):
            values[key] = value
            return .put(StoreEntry(key: key, value: value))
        case .delete(let key):
            return values.removeValue(forKey: key).map { _ in .deleted(key) }
        }
    }
}

extension StoreChange {
    fileprivate var key: StoreKey {
        switch self {
        case .put(let entry): entry.key
        case .deleted(let key): key
        }
    }
}
