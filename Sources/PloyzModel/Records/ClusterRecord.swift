package import Foundation

/// The cluster itself, as the store has it.
package struct ClusterRecord: Codable, Hashable, Sendable {
    package let id: ClusterID
    package let name: ClusterName
    /// Every machine's subnet and every instance's address lie in it.
    package let network: IPv4Network
    package let createdAt: Date

    package init(id: ClusterID, name: ClusterName, network: IPv4Network, createdAt: Date) {
        self.id = id
        self.name = name
        self.network = network
        self.createdAt = createdAt
    }
}
