import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust

extension Invitations {
    /// Digits of a hash that name an invitation; the whole hash is nobody's business.
    private static let idLength = 16

    func list() async throws -> InviteList {
        let now = timekeeper.date
        let records = try await store.records(InviteRecord.self, under: .invites)
        return InviteList(
            invites: records.sorted { $0.createdAt < $1.createdAt }.map { record in
                InviteList.Entry(
                    id: String(record.hash.prefix(Self.idLength)),
                    createdAt: record.createdAt,
                    expiresAt: record.expiresAt,
                    isExpired: record.expiresAt <= now
                )
            }
        )
    }

    func revoke(_ id: String) async throws -> Revocation {
        let records = try await store.records(InviteRecord.self, under: .invites)
        guard id.utf8.count == Self.idLength, let record = records.first(where: { $0.hash.hasPrefix(id) }),
            try await store.commit(
                StoreTransaction(
                    conditions: [.value(.invite(hash: record.hash), encoding: record)],
                    writes: [.delete(.invite(hash: record.hash))]
                )
            )
        else {
            throw PloyzError(
                .unknownInvite,
                "there is no invitation '\(id.prefix(64))': it was used, revoked or never made",
                next: "ployzctl machine invite ls"
            )
        }
        return Revocation(id: id)
    }
}

extension ErrorCode {
    /// No invitation has the ID.
    static let unknownInvite = ErrorCode("unknown-invite", exitStatus: 3)
}
