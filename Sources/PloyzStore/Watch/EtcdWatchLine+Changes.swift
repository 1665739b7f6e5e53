import Foundation
import PloyzMigration
import PloyzModel

extension EtcdWatchLine {
    /// The changes in a line of a watch that began after `revision`; none in a sign of life.
    ///
    /// - Throws: ``PloyzError`` `store-compacted` or `store-unreachable` when the line ends the watch.
    func changes(after revision: Int64) throws -> [StoreChange] {
        if let error { throw StoreFailure.unreachable(["the watch ended: \(error.message ?? "no reason given")"]) }
        guard let result else { return [] }
        if let compacted = result.compact_revision, compacted.value > 0 { throw StoreFailure.compacted(revision) }
        guard result.canceled != true else {
            throw StoreFailure.unreachable(["the watch was cancelled: \(result.cancel_reason ?? "no reason given")"])
        }
        return try (result.events ?? []).map { event in
            let key = try event.kv.storeKey
            switch event.type ?? .put {
            case .put: return .put(StoreEntry(key: key, value: event.kv.value ?? Data()))
            case .delete: return .deleted(key)
            }
        }
    }
}

extension EtcdKeyValue {
    var storeKey: StoreKey {
        get throws {
            guard let text = String(validating: key, as: UTF8.self) else {
                throw PloyzError(.storeCorrupt, "a key of the cluster store is not text")
            }
            return StoreKey(text)
        }
    }

    var entry: StoreEntry {
        get throws { StoreEntry(key: try storeKey, value: value ?? Data()) }
    }
}
