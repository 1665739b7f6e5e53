package import Foundation
package import PloyzModel

/// An invitation, as the store has it, at the key that its hash makes.
///
/// It is single-use because the transaction that adds the machine compares this record's bytes and deletes it: of two
/// machines with one token, one joins.
package struct InviteRecord: Codable, Hashable, Sendable {
    /// The SHA-256 of the token's secret in hexadecimal.
    package let hash: String
    package let createdAt: Date
    package let expiresAt: Date

    /// Dates are kept in whole seconds, as records carry them.
    package init(secret: JoinSecret, createdAt: Date, lifetime: Duration) {
        hash = secret.hash
        let seconds = createdAt.timeIntervalSince1970.rounded(.down)
        self.createdAt = Date(timeIntervalSince1970: seconds)
        expiresAt = Date(timeIntervalSince1970: seconds + Double(lifetime.components.seconds))
    }

    /// Accepts the secret of a machine that wants to join at `date`.
    ///
    /// - Throws: ``PloyzError`` `token-refused` when the invite is another's or has expired.
    package func accept(_ secret: JoinSecret, at date: Date) throws(PloyzError) {
        guard secret.matches(hash: hash) else { throw Self.unknown }
        guard date < expiresAt || !Guard.tokenExpiry.isOn else {
            throw PloyzError(
                .tokenRefused,
                "the join token expired at \(expiresAt.formatted(.iso8601))",
                state: "nothing was changed",
                next: "run 'ployzctl machine invite create' on a machine of the cluster"
            )
        }
    }

    /// The answer to a token that the store does not know: used up, revoked, or never made here. The three are not told
    /// apart, for who asks is a stranger.
    package static let unknown = PloyzError(
        .tokenRefused,
        "the join token is not known to the cluster: it was used already or was never valid",
        state: "nothing was changed",
        next: "run 'ployzctl machine invite create' on a machine of the cluster"
    )
}
