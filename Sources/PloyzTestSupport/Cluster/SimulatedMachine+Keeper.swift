import PloyzMigration
import PloyzModel

extension SimulatedMachine {
    /// What the daemon's keeper of workloads does: starts what the store places here and nobody has claimed, if the
    /// dataset says so too.
    func keepRunning(in store: InMemoryClusterStore) async throws {
        for instance in try await store.records(InstanceRecord.self, under: .instances) where instance.machine == id {
            guard claims.holder(of: instance.ref) == nil, !containers.isRunning(instance.ref),
                let service = try await store.record(ServiceRecord.self, at: .service(instance.ref.service))
            else { continue }
            let namespace = service.ref.namespace
            let volumes = service.spec.volumeNames.map { VolumeRef(namespace: namespace, volume: $0) }
            guard try await mount(volumes, in: store) else { continue }
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
    }

    /// false when one of them may not be mounted here.
    private func mount(_ wanted: [VolumeRef], in store: InMemoryClusterStore) async throws -> Bool {
        guard let storage = seams.volumes else { return wanted.isEmpty }
        for volume in wanted {
            guard let record = try await store.record(VolumeRecord.self, at: .volume(volume)), record.owner == id,
                let stamp = try await storage.dataset(of: volume)?.stamp, stamp.state == .live, stamp.owner == id,
                stamp.epoch <= record.epoch
            else { return false }
            try await storage.mount(volume)
        }
        return true
    }
}
