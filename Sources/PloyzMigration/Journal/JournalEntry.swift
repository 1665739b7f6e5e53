package import PloyzModel

/// What a machine's journal has under an operation: the owner's part or the target's.
package enum JournalEntry: Hashable, Sendable, Codable {
    case owner(entry: OwnerEntry)
    case target(entry: TargetEntry)
}

extension Journal {
    package func entry(for operation: OperationID) async throws -> JournalEntry? {
        try await read(operation).map { try JSON.decode(JournalEntry.self, from: $0) }
    }

    package func write(_ entry: JournalEntry, for operation: OperationID) async throws {
        try await write(JSON.encode(entry), for: operation)
    }
}
