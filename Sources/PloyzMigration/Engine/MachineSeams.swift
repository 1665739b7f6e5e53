package import PloyzModel

/// Everything of one machine that a migration touches, as owner or as target.
package struct MachineSeams: Sendable {
    package let machine: MachineID
    /// `uname -m`.
    package let architecture: String
    package let store: any ClusterStore
    /// nil when the machine has no ZFS.
    package let volumes: (any VolumeStore)?
    package let containers: any ContainerEngine
    package let network: any InstanceNetwork
    package let journal: any Journal
    package let claims: any WorkloadClaims
    package let routes: any RouteKeeper
    package let time: any Timekeeper
    /// Addresses of the sandboxes' name servers; without one they have the host's.
    package let nameServers: [String]
    package let limits: MigrationLimits

    package init(
        machine: MachineID,
        architecture: String,
        store: any ClusterStore,
        volumes: (any VolumeStore)?,
        containers: any ContainerEngine,
        network: any InstanceNetwork,
        journal: any Journal,
        claims: any WorkloadClaims,
        routes: any RouteKeeper,
        time: any Timekeeper,
        nameServers: [String] = [],
        limits: MigrationLimits = MigrationLimits()
    ) {
        self.machine = machine
        self.architecture = architecture
        self.store = BoundedClusterStore(store: store, time: time, limit: limits.store)
        self.volumes = volumes
        self.containers = containers
        self.network = network
        self.journal = BoundedJournal(journal: journal, time: time, limit: limits.local)
        self.claims = claims
        self.routes = routes
        self.time = time
        self.nameServers = nameServers
        self.limits = limits
    }

    /// The volumes of this machine.
    ///
    /// - Throws: ``PloyzError`` `target-without-zfs` when it has no ZFS.
    func storage() throws(PloyzError) -> any VolumeStore {
        guard let volumes else { throw PloyzError(.targetWithoutStorage, "this machine has no ZFS") }
        return volumes
    }

    func sandbox(of member: MigrationUnit.Member) -> SandboxSpec {
        SandboxSpec(
            instance: member.instance.ref,
            address: member.instance.address,
            hostname: "\(member.service.ref.service)-\(member.instance.ref.index)",
            nameServers: InternalNames.resolver(nameServers, in: member.instance.ref.service.namespace),
            sysctls: member.service.spec.template.sysctls
        )
    }
}
