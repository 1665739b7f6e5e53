/// A member of the store, as the members' own list has it.
package struct StoreMember: Hashable, Sendable {
    /// etcd's number of the member, in decimal digits. A machine that leaves and comes back gets another one.
    package let id: String
    /// The machine's ID; empty until the member has been started once.
    package let name: String
    /// Where the other members reach it: `https://host:port`.
    package let peerURLs: [String]
    /// Whether it still catches up, and has no vote.
    package let isLearner: Bool

    package init(id: String, name: String, peerURLs: [String], isLearner: Bool) {
        self.id = id
        self.name = name
        self.peerURLs = peerURLs
        self.isLearner = isLearner
    }

    /// Whether it is the member at a machine's management address.
    package func isAt(_ address: String, peerPort: Int) -> Bool {
        peerURLs.contains(StoreEndpoint(host: address, port: peerPort).description)
    }
}
