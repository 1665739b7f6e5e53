import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust

/// Makes invitations. The store keeps the hash of the secret, nothing keeps the token.
struct Invitations: Sendable {
    static let defaultLifetime = Span(milliseconds: 3_600_000)
    static let lifetimes = Span(milliseconds: 10_000)...Span(milliseconds: 7 * 86_400_000)

    let cluster: ClusterRecord
    let root: TrustRoot
    let store: any ClusterStore
    let mirror: ClusterMirror
    let joinPort: Int
    let timekeeper: any Timekeeper

    func create(lifetime: Span?) async throws -> Invite {
        let lifetime = lifetime ?? Self.defaultLifetime
        guard Self.lifetimes.contains(lifetime) else {
            throw PloyzError(
                .usage,
                "--ttl must be from \(Self.lifetimes.lowerBound) to \(Self.lifetimes.upperBound)"
            )
        }
        var generator = SystemRandomNumberGenerator()
        let secret = JoinSecret(using: &generator)
        let record = InviteRecord(secret: secret, createdAt: timekeeper.date, lifetime: lifetime.duration)
        let token = JoinToken(
            cluster: cluster.name,
            clusterID: cluster.id,
            root: root,
            endpoints: try endpoints(),
            secret: secret
        )
        let key = StoreKey.invite(hash: record.hash)
        let isWritten = try await store.commit(
            StoreTransaction(conditions: [.absent(key)], writes: [try .put(key, encoding: record)])
        )
        guard isWritten else { throw PloyzError(.failed, "the invitation's hash is taken already") }
        return Invite(token: try token.text(), expiresAt: record.expiresAt)
    }

    /// Storage members sign certificates: they are whom a new machine asks.
    private func endpoints() throws -> [JoinEndpoint] {
        try mirror.records(MachineRecord.self, under: .machines)
            .filter(\.isStorageMember)
            .flatMap { try $0.joinEndpoints(port: joinPort) }
    }
}
