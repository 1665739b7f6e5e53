import PloyzMigration
import PloyzModel
import PloyzZFS

/// Starts and ends instances on this machine: volumes, then sandbox, then link, then workload.
struct InstanceStarter: Sendable {
    private let machine: MachineID
    private let store: any ClusterStore
    private let volumes: (any VolumeStore)?
    private let engine: any ContainerEngine
    private let network: any InstanceNetwork
    private let nameServers: [String]
    private let preparing = KeyedLock<MachineID>()

    init(
        machine: MachineID,
        store: any ClusterStore,
        volumes: (any VolumeStore)?,
        engine: any ContainerEngine,
        network: any InstanceNetwork,
        nameServers: [String]
    ) {
        self.machine = machine
        self.store = store
        self.volumes = volumes
        self.engine = engine
        self.network = network
        self.nameServers = nameServers
    }

    /// Whether the instance runs as its record says: right epoch, image and generation, joined to a running sandbox.
    func isRunning(_ instance: DesiredInstance, containers: [OurContainer]) -> Bool {
        guard let workload = containers.first(where: { $0.role == .workload && $0.isRunning }),
            let sandbox = containers.first(where: { $0.role == .sandbox && $0.isRunning })
        else { return false }
        guard workload.epoch == instance.record.epoch, workload.generation == instance.record.generation,
            workload.imageID == instance.record.imageID
        else { return false }
        guard let joined = NetworkNamespace(of: workload.pid) else { return false }
        return joined == NetworkNamespace(of: sandbox.pid)
    }

    /// The workload of the record as it is now, when it was started and has ended by itself; nil when it never ran so.
    func ended(_ instance: DesiredInstance, containers: [OurContainer]) -> OurContainer? {
        containers.first {
            $0.role == .workload && !$0.isRunning && $0.wasStarted && $0.epoch == instance.record.epoch
                && $0.generation == instance.record.generation
        }
    }

    /// Whether the restart policy lets an ended workload rest.
    func rests(_ instance: DesiredInstance, ended: OurContainer) -> Bool {
        switch instance.service.spec.restart {
        case .always: false
        case .onFailure: ended.exitCode == 0
        case .no: true
        }
    }

    /// Starts an instance from whatever state its parts are in.
    ///
    /// - Throws: ``PloyzError``, with the parts that were started left as they are for the next try.
    func start(_ placed: DesiredInstance) async throws -> RunningContainer {
        let instance = try await resolveImage(of: placed)
        // Two services that share a volume start side by side; one of them makes it and the other finds it made.
        try await preparing.withLock(machine) { try await mountVolumes(of: instance) }
        // Before the sandbox, which is made anew for changed settings only when nothing runs in its network.
        try await engine.stopWorkload(instance.ref, grace: instance.service.spec.template.stopGracePeriod.duration)
        let sandbox = try await engine.startSandbox(instance.sandbox(nameServers: nameServers))
        try await network.attach(instance.ref, sandbox: sandbox, address: instance.record.address, sealed: false)
        try await network.unseal(instance.ref, address: instance.record.address)
        try await engine.createWorkload(instance.workload { volumes?.directory(of: $0) ?? "" })
        return try await engine.startWorkload(instance.ref)
    }

    func waitUntilReady(_ instance: DesiredInstance, containers: [OurContainer]) async throws {
        guard let readiness = instance.service.spec.readiness,
            let sandbox = containers.first(where: { $0.role == .sandbox && $0.isRunning })
        else { return }
        try await network.waitUntilReady(
            readiness,
            instance: instance.ref,
            sandbox: RunningContainer(id: sandbox.id, pid: sandbox.pid),
            address: instance.record.address
        )
    }

    /// Ends and removes an instance that does not belong here. Volumes stay as they are, unmounted by whoever moved them.
    func retire(_ instance: InstanceRef) async throws {
        try await engine.stopWorkload(instance, grace: ContainerTemplate.defaultStopGracePeriod.duration)
        try await engine.removeWorkload(instance)
        try await network.detach(instance)
        try await engine.removeSandbox(instance)
    }

    /// The image that the first start finds is written into the record: every later start, and every move, takes the
    /// same bytes.
    private func resolveImage(of instance: DesiredInstance) async throws -> DesiredInstance {
        guard instance.record.imageID.isEmpty else { return instance }
        let template = instance.service.spec.template
        var record = instance.record
        record.imageID = try await engine.ensureImage(template.image, policy: template.pullPolicy)
        let isWritten = try await store.commit(
            StoreTransaction(conditions: [try .value(instance.record)], writes: [try .put(record)])
        )
        guard isWritten else {
            throw PloyzError(.planOutdated, "the record of \(record.ref) changed while its image was looked for")
        }
        return DesiredInstance(record: record, service: instance.service, volumes: instance.volumes)
    }

    private func mountVolumes(of instance: DesiredInstance) async throws {
        for record in instance.volumes {
            guard let volumes else {
                throw PloyzError(.noStorage, "this machine has no ZFS, but \(record.ref) is placed on it")
            }
            guard record.owner == machine else {
                throw PloyzError(.notOwner, "\(record.ref) is owned by \(record.owner), not by this machine")
            }
            try await create(record, in: volumes)
            guard let dataset = try await volumes.dataset(of: record.ref) else {
                throw PloyzError(
                    .volumeMissing,
                    "the dataset of \(record.ref) is gone",
                    state: "nothing was made in its place",
                    next: "restore it from a snapshot, then it is mounted again by itself"
                )
            }
            guard let stamp = dataset.stamp, stamp.owner == machine, stamp.state == .live, stamp.epoch <= record.epoch
            else {
                throw PloyzError(
                    .volumeFenced,
                    "\(dataset.name) is not the live copy of \(record.ref) at epoch \(record.epoch)",
                    state: "the dataset is as it was, not mounted"
                )
            }
            if !dataset.isMounted { try await volumes.mount(record.ref) }
        }
    }

    /// Makes the dataset of a volume that was never made, and says so in the record.
    private func create(_ record: VolumeRecord, in volumes: any VolumeStore) async throws {
        guard !record.isCreated else { return }
        let stamp = DatasetStamp(volume: record.ref, owner: machine, epoch: record.epoch, state: .live)
        try await volumes.create(record.spec, of: record.ref, stamp: stamp)
        var created = record
        created.isCreated = true
        let key = StoreKey.volume(record.ref)
        _ = try await store.commit(
            StoreTransaction(
                conditions: [.value(key, try JSON.encode(record))],
                writes: [.put(key, try JSON.encode(created))]
            )
        )
    }
}
