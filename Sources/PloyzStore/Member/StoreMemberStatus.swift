package import PloyzModel

/// What a member said of itself.
package struct StoreMemberStatus: Hashable, Sendable {
    package let id: String
    package let isLearner: Bool
    /// The member that leads; nil when this one knows of none, and so can commit nothing.
    package let leader: String?
    package let revision: Int64
    package let size: ByteCount

    package var isLeader: Bool { leader == id }
    package var isHealthy: Bool { leader != nil }

    package init(id: String, isLearner: Bool, leader: String?, revision: Int64, size: ByteCount) {
        self.id = id
        self.isLearner = isLearner
        self.leader = leader
        self.revision = revision
        self.size = size
    }
}
