package import Foundation
package import PloyzMigration
package import PloyzModel

/// Asks for `mesh init`.
package struct MeshInitRequest: Document {
    package let name: ClusterName
    /// The network that the machines' subnets are cut from; nil for the daemon's default, 10.101.0.0/16.
    package let network: IPv4Network?
    /// The first machine's name; nil for its host name.
    package let machineName: MachineName?
    /// `address:port` or `address` at which other machines reach this one; nil to find it out.
    package let endpoint: String?

    package init(
        name: ClusterName,
        network: IPv4Network? = nil,
        machineName: MachineName? = nil,
        endpoint: String? = nil
    ) {
        self.name = name
        self.network = network
        self.machineName = machineName
        self.endpoint = endpoint
    }
}

/// Asks for `mesh join`.
package struct JoinRequest: Document {
    package let token: String
    /// The new machine's name; nil for its host name.
    package let machineName: MachineName?
    /// `address:port` or `address` at which other machines reach this one; nil to find it out.
    package let endpoint: String?

    package init(token: String, machineName: MachineName? = nil, endpoint: String? = nil) {
        self.token = token
        self.machineName = machineName
        self.endpoint = endpoint
    }
}

/// Asks for `machine invite create`.
package struct InviteRequest: Document {
    /// How long the invitation holds; nil for the daemon's default.
    package let ttl: Span?

    package init(ttl: Span?) { self.ttl = ttl }
}

/// What `machine invite create` prints. The token is shown this once: the cluster keeps only its hash.
package struct Invite: Document {
    package let token: String
    package let expiresAt: Date

    package init(token: String, expiresAt: Date) {
        self.token = token
        self.expiresAt = expiresAt
    }
}

/// What `mesh init`, `mesh join` and `mesh status` print.
package struct MeshStatus: Document {
    /// Another machine as this one's WireGuard interface sees it.
    package struct Peer: Document {
        package let machine: MachinePlace
        package let endpoint: String?
        /// Time since the last handshake; nil when there was none.
        package let handshakeAge: Microseconds?
        package let received: ByteCount
        package let sent: ByteCount

        package init(
            machine: MachinePlace,
            endpoint: String?,
            handshakeAge: Microseconds?,
            received: ByteCount,
            sent: ByteCount
        ) {
            self.machine = machine
            self.endpoint = endpoint
            self.handshakeAge = handshakeAge
            self.received = received
            self.sent = sent
        }
    }

    package let id: ClusterID
    package let name: ClusterName
    package let network: IPv4Network
    /// The machine that answered.
    package let machine: MachineSummary
    package let peers: [Peer]
    /// Whether the cluster store answered.
    package let storeHealthy: Bool
    /// The machines that run a member of the store.
    package let storageMembers: [MachinePlace]
    /// Every member of the store and how it is, those too that are on their way in or out.
    package let members: [StorageMember]

    package init(
        id: ClusterID,
        name: ClusterName,
        network: IPv4Network,
        machine: MachineSummary,
        peers: [Peer],
        storeHealthy: Bool,
        storageMembers: [MachinePlace],
        members: [StorageMember] = []
    ) {
        self.id = id
        self.name = name
        self.network = network
        self.machine = machine
        self.peers = peers
        self.storeHealthy = storeHealthy
        self.storageMembers = storageMembers
        self.members = members
    }
}
