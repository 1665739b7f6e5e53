import PloyzAPI
import PloyzModel

/// What a machine remembers of its member of the store: enough to start it, and never to start it as another.
struct StorageMemory: Codable, Hashable, Sendable {
    enum Role: String, Codable, Hashable, Sendable {
        /// No member here.
        case none
        /// The first member of the cluster's store.
        case founder
        /// A member that others were joined by.
        case joined
        /// The only member of a store that was made from a snapshot.
        case restored
        /// A member that is none any more; its data is still to be put aside.
        case leaving
    }

    var role: Role
    /// etcd's number of the member; nil for one that was not added to others.
    var member: String?
    /// The members that were there when this one was added, this one too: what etcd compares with the others' list once.
    var members: [StorageBeginning.Address] = []
    /// Whether the member has had data. Then one without data must not be started: with the same number and nothing in its
    /// log it would vote, and found, as if nothing had ever been.
    var hasData = false
    /// Former members of a store that was restored here, which have yet to hear of it.
    var untold: [MachineID] = []

    var isMember: Bool { [.founder, .joined, .restored].contains(role) }

    /// The member is being made: nothing was written to its store yet.
    var isFounding: Bool { role == .founder && !hasData }

    /// Of a machine whose daemon has never written this down.
    init(of machine: MachineRecord) {
        role = machine.isStorageMember ? .founder : .none
    }

    init(joining order: StorageBeginning) {
        role = .joined
        member = order.member
        members = order.members
    }
}
