extension PeerClient: StoragePeer {
    package func storageFacts() async throws -> StorageFacts { try await ask(.facts, StorageDone()) }

    package func beginStorage(_ order: StorageBeginning) async throws -> StorageDone { try await ask(.begin, order) }

    package func takeAuthority(_ order: AuthorityHandover) async throws -> StorageDone {
        try await ask(.authority, order)
    }

    package func leaveStorage(_ order: StorageDeparture) async throws -> StorageDone { try await ask(.leave, order) }

    private func ask<Answer: Decodable>(_ route: StoragePeerRoute, _ order: some Encodable) async throws -> Answer {
        try await call(route.rawValue, order, within: route.deadline)
    }
}
