package import Foundation

/// What `machine invite ls` prints: invitations that nobody has used. Their tokens are not among it; nobody has them but who
/// was given them.
package struct InviteList: Document {
    package struct Entry: Document {
        /// The first 16 digits of the secret's hash.
        package let id: String
        package let createdAt: Date
        package let expiresAt: Date
        package let isExpired: Bool

        package init(id: String, createdAt: Date, expiresAt: Date, isExpired: Bool) {
            self.id = id
            self.createdAt = createdAt
            self.expiresAt = expiresAt
            self.isExpired = isExpired
        }
    }

    /// The oldest first.
    package let invites: [Entry]

    package init(invites: [Entry]) { self.invites = invites }
}

package struct RevocationRequest: Document {
    /// Of an invitation, as `machine invite ls` prints it.
    package let id: String

    package init(id: String) { self.id = id }
}

/// What `machine invite revoke` prints.
package struct Revocation: Document {
    package let id: String

    package init(id: String) { self.id = id }
}
