package import Foundation
package import PloyzMigration
package import PloyzModel

/// A machine of the cluster: a row of `machine ls`.
package struct MachineSummary: Document {
    package let id: MachineID
    package let name: MachineName
    package let lifecycle: MachineRecord.Lifecycle
    /// Whether it is the machine that answered.
    package let isLocal: Bool
    /// Whether its daemon answered when asked; nil when it was not asked.
    package let reachable: Bool?
    package let overlayAddress: IPv4Address
    package let subnet: IPv4Network
    package let managementAddress: String
    package let endpoints: [String]
    package let isStorageMember: Bool
    /// The dataset below which its volumes lie; nil when it has no ZFS.
    package let storageRoot: DatasetName?
    package let storageImplementation: String?
    package let instances: Int
    package let joinedAt: Date
    package let labels: [String: String]
    /// When its certificate ends; nil when the store has no note of it.
    package let certificateExpires: Date?

    package init(
        id: MachineID,
        name: MachineName,
        lifecycle: MachineRecord.Lifecycle,
        isLocal: Bool,
        reachable: Bool?,
        overlayAddress: IPv4Address,
        subnet: IPv4Network,
        managementAddress: String,
        endpoints: [String],
        isStorageMember: Bool,
        storageRoot: DatasetName?,
        storageImplementation: String?,
        instances: Int,
        joinedAt: Date,
        labels: [String: String] = [:],
        certificateExpires: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.lifecycle = lifecycle
        self.isLocal = isLocal
        self.reachable = reachable
        self.overlayAddress = overlayAddress
        self.subnet = subnet
        self.managementAddress = managementAddress
        self.endpoints = endpoints
        self.isStorageMember = isStorageMember
        self.storageRoot = storageRoot
        self.storageImplementation = storageImplementation
        self.instances = instances
        self.joinedAt = joinedAt
        self.labels = labels
        self.certificateExpires = certificateExpires
    }

    package init(
        _ record: MachineRecord,
        isLocal: Bool,
        reachable: Bool?,
        instances: Int,
        certificateExpires: Date? = nil
    ) {
        self.init(
            id: record.id,
            name: record.name,
            lifecycle: record.lifecycle,
            isLocal: isLocal,
            reachable: reachable,
            overlayAddress: record.overlayAddress,
            subnet: record.subnet,
            managementAddress: record.managementAddress,
            endpoints: record.endpoints,
            isStorageMember: record.isStorageMember,
            storageRoot: record.storage?.root,
            storageImplementation: record.storage?.implementation,
            instances: instances,
            joinedAt: record.joinedAt,
            labels: record.labels,
            certificateExpires: certificateExpires
        )
    }
}

/// What `machine ls` prints.
package struct MachineList: Document {
    package let machines: [MachineSummary]

    package init(machines: [MachineSummary]) { self.machines = machines }
}

/// Asks for `machine drain`, `activate` or `standby`.
package struct LifecycleRequest: Document {
    /// ID, name or any address of the machine.
    package let machine: String
    package let lifecycle: MachineRecord.Lifecycle

    package init(machine: String, lifecycle: MachineRecord.Lifecycle) {
        self.machine = machine
        self.lifecycle = lifecycle
    }
}

/// What `machine drain`, `activate` and `standby` print.
package struct LifecycleChange: Document {
    package let machine: MachinePlace
    package let before: MachineRecord.Lifecycle
    package let after: MachineRecord.Lifecycle

    package init(machine: MachinePlace, before: MachineRecord.Lifecycle, after: MachineRecord.Lifecycle) {
        self.machine = machine
        self.before = before
        self.after = after
    }
}
