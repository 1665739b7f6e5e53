import Foundation
import Logging
import PloyzMigration
import PloyzModel
import Synchronization

/// This machine's copy of the store, kept current by one watch. It is for looking and for noticing changes; whatever
/// must be right reads the store itself.
final class ClusterMirror: Sendable {
    struct State {
        var entries: [StoreKey: Data] = [:]
        /// Which store the entries are of.
        var lineage: String?
        /// Grows with each change; 0 until the store has been read once since this daemon started.
        var version = 0
        var waiters: [UUID: AsyncStream<Void>.Continuation] = [:]
        var readers: [UUID: MirrorReader.Pending] = [:]
    }

    private let store: any ClusterStore
    private let logger: Logger
    let state = Mutex(State())

    init(store: any ClusterStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Whether the store has been read since this daemon started.
    var isRead: Bool { state.withLock { $0.version > 0 } }

    /// Which store was read last: another one once it was made anew from a snapshot.
    var lineage: String? { state.withLock { $0.lineage } }

    func value(_ key: StoreKey) -> Data? { state.withLock { $0.entries[key] } }

    /// Every entry, in the order of keys.
    func listing() -> [StoreEntry] {
        state.withLock { $0.entries }.map { StoreEntry(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    /// Decodes every record under a prefix, in the order of keys; one that cannot be read is left out and logged.
    func records<Record: Decodable>(_ type: Record.Type, under prefix: StoreKey) -> [Record] {
        state.withLock { $0.entries }.filter { $0.key.isBelow(prefix) }.sorted { $0.key < $1.key }.compactMap { entry in
            decode(type, StoreEntry(key: entry.key, value: entry.value))
        }
    }

    /// nil for a record that cannot be read, which is logged.
    func decode<Record: Decodable>(_ type: Record.Type, _ entry: StoreEntry) -> Record? {
        do {
            return try JSON.decode(type, from: entry.value)
        } catch {
            logger.error(
                "A record of the store cannot be read",
                metadata: ["store.key": "\(entry.key)", "error": "\(error)"]
            )
            return nil
        }
    }

    /// One element now and one after each change; changes that come faster than they are read are folded into one.
    func changes() -> AsyncStream<Void> {
        let id = UUID()
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.waiters.removeValue(forKey: id) }
            }
            state.withLock { $0.waiters[id] = continuation }
            continuation.yield()
        }
    }

    /// Lists and watches until the task is cancelled; a lost connection is made again.
    func run(timekeeper: some Timekeeper) async {
        while !Task.isCancelled {
            do {
                let listing = try await store.list(.root)
                replace(with: listing)
                for try await changes in store.watch(.root, after: listing.revision) { apply(changes) }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("The store cannot be watched; trying again", metadata: ["error": "\(error)"])
            }
            try? await timekeeper.sleep(for: .milliseconds(500))
        }
    }

    func replace(with listing: StoreListing) {
        notify { state in
            let entries = Dictionary(listing.entries.map { ($0.key, $0.value) }) { _, last in last }
            state.noteDifference(to: entries)
            state.entries = entries
            state.lineage = listing.lineage
        }
    }

    func apply(_ changes: [StoreChange]) {
        notify { state in
            for change in changes {
                state.note(change)
                switch change {
                case .put(let entry): state.entries[entry.key] = entry.value
                case .deleted(let key): state.entries[key] = nil
                }
            }
        }
    }

    private func notify(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            state.version += 1
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.yield() }
    }
}
