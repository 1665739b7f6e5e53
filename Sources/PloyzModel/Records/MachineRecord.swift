package import Foundation

/// A machine of the cluster, as the store has it.
package struct MachineRecord: Codable, Hashable, Sendable {
    package enum Lifecycle: String, Codable, Hashable, Sendable {
        /// Takes new placements.
        case active
        /// Keeps what it has, takes nothing new.
        case draining
        /// Takes nothing and is not counted on.
        case standby
    }

    package let id: MachineID
    package var name: MachineName
    /// The WireGuard public key: 32 bytes in base64.
    package var wireguardKey: String
    /// Where WireGuard is reached from outside the overlay, `address:port`.
    package var endpoints: [String]
    /// The /24 that containers first deployed here take their addresses from.
    package var subnet: IPv4Network
    /// IPv6, `fd` and the first 15 bytes of the WireGuard key: where the daemon, etcd and the stream listen.
    package var managementAddress: String
    package var lifecycle: Lifecycle
    /// nil when the machine has no ZFS.
    package var storage: StorageCapability?
    /// Whether the machine runs a member of the cluster store.
    package var isStorageMember: Bool
    package var labels: [String: String]
    package var joinedAt: Date

    package init(
        id: MachineID,
        name: MachineName,
        wireguardKey: String,
        endpoints: [String],
        subnet: IPv4Network,
        managementAddress: String,
        lifecycle: Lifecycle,
        storage: StorageCapability?,
        isStorageMember: Bool,
        labels: [String: String],
        joinedAt: Date
    ) {
        self.id = id
        self.name = name
        self.wireguardKey = wireguardKey
        self.endpoints = endpoints
        self.subnet = subnet
        self.managementAddress = managementAddress
        self.lifecycle = lifecycle
        self.storage = storage
        self.isStorageMember = isStorageMember
        self.labels = labels
        self.joinedAt = joinedAt
    }

    /// The first host address of ``subnet``: the machine's own on the overlay, its containers' gateway.
    package var overlayAddress: IPv4Address { subnet.firstHost }
}

/// What the ZFS of a machine can do; probed, never assumed.
package struct StorageCapability: Codable, Hashable, Sendable {
    /// The dataset below which every volume lies.
    package var root: DatasetName
    /// What `zfs version` says, or the name of the implementation where there is no such command.
    package var implementation: String
    /// Capabilities that were found, for example `send-size`, `receive-resume`, `bookmarks`.
    package var features: Set<StorageFeature>
    /// Features of the pool that are enabled; nil where it has none by name.
    package var poolFeatures: Set<PoolFeature>?
    /// Properties of ``VolumeSettings/native`` that this ZFS knows; nil in records of earlier versions.
    package var properties: Set<String>?

    package init(
        root: DatasetName,
        implementation: String,
        features: Set<StorageFeature>,
        poolFeatures: Set<PoolFeature>? = nil,
        properties: Set<String>? = nil
    ) {
        self.root = root
        self.implementation = implementation
        self.features = features
        self.poolFeatures = poolFeatures
        self.properties = properties
    }

    enum CodingKeys: String, CodingKey {
        case root, implementation, features, poolFeatures, properties
    }

    /// Sets have no order, and the order in which they are walked changes from process to process: records are compared
    /// as bytes, so they are written sorted.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(root, forKey: .root)
        try container.encode(implementation, forKey: .implementation)
        try container.encode(features.sorted { $0.rawValue < $1.rawValue }, forKey: .features)
        try container.encodeIfPresent(poolFeatures?.sorted { $0.rawValue < $1.rawValue }, forKey: .poolFeatures)
        try container.encodeIfPresent(properties?.sorted(), forKey: .properties)
    }

    package func has(_ feature: StorageFeature) -> Bool { features.contains(feature) }
    package func has(_ feature: PoolFeature) -> Bool { poolFeatures?.contains(feature) ?? false }
}

package enum StorageFeature: String, Codable, Hashable, Sendable, CaseIterable {
    /// `zfs send -nP` prints the exact size.
    case sendSize = "send-size"
    /// `zfs receive -s` and `zfs send -t`.
    case receiveResume = "receive-resume"
    /// `zfs receive -u -o -x`.
    case receiveProperties = "receive-properties"
    /// `zfs send -L -c`.
    case sendCompressed = "send-compressed"
    /// `zfs send -w`.
    case sendRaw = "send-raw"
    case bookmarks
    /// `zfs snapshot a@x b@x` as one transaction.
    case snapshotMany = "snapshot-many"
}
