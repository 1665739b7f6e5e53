import Foundation
import PloyzMigration
import Synchronization

/// Hands out what changed in a part of the store since it was last asked, so that a change costs its own keys and not
/// all of them.
final class MirrorReader: Sendable {
    struct Pending {
        let prefixes: [StoreKey]
        /// nil says that the key is gone.
        var changes: [StoreKey: Data?] = [:]
    }

    private let mirror: ClusterMirror
    private let id: UUID

    fileprivate init(_ mirror: ClusterMirror, _ id: UUID) {
        self.mirror = mirror
        self.id = id
    }

    deinit { mirror.state.withLock { _ = $0.readers.removeValue(forKey: id) } }

    /// The first call returns everything. ``ClusterMirror/changes()`` says when there may be more.
    func take() -> [StoreKey: Data?] {
        mirror.state.withLock { state in
            defer { state.readers[id]?.changes = [:] }
            return state.readers[id]?.changes ?? [:]
        }
    }
}

extension ClusterMirror {
    func reader(under prefixes: [StoreKey]) -> MirrorReader {
        let id = UUID()
        state.withLock { state in
            var pending = MirrorReader.Pending(prefixes: prefixes)
            for (key, value) in state.entries { pending.note(key, value) }
            state.readers[id] = pending
        }
        return MirrorReader(self, id)
    }
}

extension MirrorReader.Pending {
    fileprivate mutating func note(_ key: StoreKey, _ value: Data?) {
        guard prefixes.contains(where: key.isBelow) else { return }
        changes.updateValue(value, forKey: key)
    }
}

extension ClusterMirror.State {
    mutating func note(_ change: StoreChange) {
        switch change {
        case .put(let entry): note(entry.key, entry.value)
        case .deleted(let key): note(key, nil)
        }
    }

    /// What a whole listing changes, after a time in which the store was not watched.
    mutating func noteDifference(to listing: [StoreKey: Data]) {
        guard !readers.isEmpty else { return }
        for (key, value) in listing where entries[key] != value { note(key, value) }
        for key in entries.keys where listing[key] == nil { note(key, nil) }
    }

    private mutating func note(_ key: StoreKey, _ value: Data?) {
        // Not the keys themselves: they would hold the readers, and each change would copy what these have not taken yet.
        for id in Array(readers.keys) { readers[id]?.note(key, value) }
    }
}
