import PloyzMigration
import PloyzModel

/// What the keeper of workloads looks at.
struct KeptPicture: Hashable, Sendable {
    let records: [StoreEntry]
    let containers: [OurContainer]
    let claims: [InstanceRef: Set<OperationID>]
}

extension SimulatedMachine {
    /// What the daemon's keeper of workloads does: starts what the store places here and nobody has claimed, if the
    /// datasets say so too, and removes what the store places elsewhere.
    ///
    /// - Parameter known: what was found the last time, when all was well; nil when it was not.
    /// - Returns: what was found now, when all is well.
    @discardableResult
    func keepRunning(known: KeptPicture? = nil) async throws -> KeptPicture? {
        let listing = try await seams.store.list(.instances)
        let found = try await containers.containers()
        let picture = KeptPicture(records: listing.entries, containers: found, claims: claims.all)
        guard picture != known else { return known }
        let records = try listing.records(InstanceRecord.self)
        var isSettled = true
        let placed = records.filter { $0.machine == id }
        let gone = Set(found.map(\.instance)).subtracting(placed.map(\.ref)).sorted()
        for instance in gone where claims.holder(of: instance) == nil {
            // A candidate is the migration's until it is decided.
            var isCandidate = false
            for operation in found.filter({ $0.instance == instance }).compactMap(\.operation) {
                let decision = try await seams.store.decision(operation)
                if decision != nil, decision != .committed { isCandidate = true }
            }
            guard !isCandidate else { continue }
            try? await retire(instance)
            isSettled = false
        }
        for instance in placed where claims.holder(of: instance.ref) == nil {
            let workload = found.first { $0.instance == instance.ref && $0.role == .workload && $0.isRunning }
            let hasSandbox = found.contains { $0.instance == instance.ref && $0.role == .sandbox && $0.isRunning }
            if let workload, hasSandbox, workload.epoch == instance.epoch, workload.generation == instance.generation {
                continue
            }
            isSettled = false
            try? await start(instance)
        }
        return isSettled ? picture : nil
    }

    private func retire(_ instance: InstanceRef) async throws {
        try await containers.stopWorkload(instance, grace: .seconds(10))
        try await containers.removeWorkload(instance)
        try await network.detach(instance)
        try await containers.removeSandbox(instance)
    }

    private func start(_ instance: InstanceRecord) async throws {
        guard let service = try await seams.store.record(ServiceRecord.self, at: .service(instance.ref.service)) else {
            return
        }
        let volumes = service.spec.volumeNames.map { VolumeRef(namespace: service.ref.namespace, volume: $0) }
        guard try await mount(volumes) else { return }
        let sandbox = try await containers.startSandbox(
            SandboxSpec(
                instance: instance.ref,
                address: instance.address,
                hostname: "h",
                nameServers: [],
                sysctls: [:]
            )
        )
        try await network.attach(instance.ref, sandbox: sandbox, address: instance.address, sealed: false)
        try await network.unseal(instance.ref, address: instance.address)
        try await containers.stopWorkload(instance.ref, grace: .seconds(10))
        try await containers.createWorkload(
            WorkloadSpec(
                instance: instance.ref,
                template: service.spec.template,
                imageID: instance.imageID,
                directories: Dictionary(volumes.map { ($0.volume, "/volumes/\($0)/data") }) { first, _ in first },
                epoch: instance.epoch,
                generation: instance.generation,
                operation: nil
            )
        )
        _ = try await containers.startWorkload(instance.ref)
    }

    /// false when one of them may not be mounted here.
    private func mount(_ wanted: [VolumeRef]) async throws -> Bool {
        guard let storage = seams.volumes else { return wanted.isEmpty }
        for volume in wanted {
            guard let record = try await seams.store.record(VolumeRecord.self, at: .volume(volume)),
                record.owner == id, let dataset = try await storage.dataset(of: volume), let stamp = dataset.stamp,
                stamp.state == .live, stamp.owner == id, stamp.epoch <= record.epoch
            else { return false }
            if !dataset.isMounted { try await storage.mount(volume) }
        }
        return true
    }
}
