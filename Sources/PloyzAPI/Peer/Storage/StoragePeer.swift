package import PloyzModel

/// What one machine's daemon asks of another when the store's members change.
///
/// Contract: every call may be repeated, and one that was carried out already succeeds. Only storage members may ask, but for
/// the last, which any machine of the cluster may: each can write the whole store anyway.
package protocol StoragePeer: Sendable {
    func storageFacts() async throws -> StorageFacts
    /// Starts a member that the others have been told of; returns when it has been started, not when it has caught up.
    func beginStorage(_ order: StorageBeginning) async throws -> StorageDone
    /// Takes the authority's key, durably: from now on the machine can sign.
    func takeAuthority(_ order: AuthorityHandover) async throws -> StorageDone
    /// Ends the member, puts its data aside and removes the authority's key; a machine that has no member does nothing.
    func leaveStorage(_ order: StorageDeparture) async throws -> StorageDone
}

/// A machine, asked whether it could run a member.
package struct StorageFacts: Codable, Hashable, Sendable {
    /// Whether the store's program is there.
    package let hasProgram: Bool
    /// Its path, for messages.
    package let program: String
    /// Whether the machine runs a member, or would.
    package let isMember: Bool

    package init(hasProgram: Bool, program: String, isMember: Bool) {
        self.hasProgram = hasProgram
        self.program = program
        self.isMember = isMember
    }
}

package struct StorageBeginning: Codable, Hashable, Sendable {
    package struct Address: Codable, Hashable, Sendable {
        package let machine: MachineID
        /// The management address.
        package let address: String

        package init(machine: MachineID, address: String) {
            self.machine = machine
            self.address = address
        }
    }

    /// etcd's number of the new member. Data of a member with another number is put aside.
    package let member: String
    /// Every member there is, the new one too.
    package let members: [Address]

    package init(member: String, members: [Address]) {
        self.member = member
        self.members = members
    }
}

package struct AuthorityHandover: Codable, Hashable, Sendable {
    package let certificate: String
    /// The secret key, in PEM. It leaves a machine only over mutual TLS, to a machine that becomes a storage member.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

package struct StorageDeparture: Codable, Hashable, Sendable {
    /// Whether the store was made anew from a snapshot, so that the member's data is of a store that is no more.
    package let isReplaced: Bool

    package init(isReplaced: Bool) { self.isReplaced = isReplaced }
}

package struct StorageDone: Codable, Hashable, Sendable {
    package init() {}
}
