import Foundation
import PloyzModel

extension ClusterStore {
    /// The record at `key`; nil when there is none.
    ///
    /// - Throws: ``PloyzError`` `store-corrupt` when the value is no such record, and what ``get(_:)`` throws.
    package func record<Record: Decodable>(_ type: Record.Type, at key: StoreKey) async throws -> Record? {
        guard let value = try await get(key) else { return nil }
        return try StoreEntry(key: key, value: value).record(type)
    }

    /// Every record below `prefix`, in the order of keys.
    ///
    /// - Throws: ``PloyzError`` `store-corrupt` when a value is no such record, and what ``list(_:)`` throws.
    package func records<Record: Decodable>(_ type: Record.Type, under prefix: StoreKey) async throws -> [Record] {
        try await list(prefix).records(type)
    }
}

extension StoreListing {
    /// Every entry as a record, in the order of keys.
    package func records<Record: Decodable>(_ type: Record.Type) throws -> [Record] {
        try entries.map { entry in try entry.record(type) }
    }
}

extension StoreEntry {
    /// The entry's value as a record.
    ///
    /// - Throws: ``PloyzError`` `store-corrupt` with the key and the cause.
    package func record<Record: Decodable>(_ type: Record.Type) throws -> Record {
        do {
            return try JSON.decode(type, from: value)
        } catch {
            throw PloyzError(
                .storeCorrupt,
                "the value at '\(key)' is no \(type): \(error)",
                state: "the value was left as it is"
            )
        }
    }

    /// The entry of a record, in the store's one form of JSON.
    package init(_ record: some StoreRecord) throws {
        self.init(key: record.storeKey, value: try JSON.encode(record))
    }
}

extension StoreTransaction.Condition {
    /// The record at its own key is exactly this one.
    package static func value(_ record: some StoreRecord) throws -> Self {
        .value(record.storeKey, try JSON.encode(record))
    }

    /// The value at the key is exactly this one.
    package static func value(_ key: StoreKey, encoding value: some Encodable) throws -> Self {
        .value(key, try JSON.encode(value))
    }

    /// Nothing is at the record's own key.
    package static func absent(_ record: some StoreRecord) -> Self { .absent(record.storeKey) }
}

extension StoreTransaction.Write {
    /// Writes the record at its own key.
    package static func put(_ record: some StoreRecord) throws -> Self {
        .put(record.storeKey, try JSON.encode(record))
    }

    /// Writes the value at the key, in the store's one form of JSON.
    package static func put(_ key: StoreKey, encoding value: some Encodable) throws -> Self {
        .put(key, try JSON.encode(value))
    }

    /// Deletes the record at its own key.
    package static func delete(_ record: some StoreRecord) -> Self { .delete(record.storeKey) }
}
