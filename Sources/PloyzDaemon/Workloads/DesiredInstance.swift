import PloyzMigration
import PloyzModel

/// An instance that the store places on this machine, with everything that its start needs.
struct DesiredInstance: Hashable, Sendable {
    let record: InstanceRecord
    let service: ServiceRecord
    let volumes: [VolumeRecord]

    var ref: InstanceRef { record.ref }

    init(record: InstanceRecord, service: ServiceRecord, volumes: [VolumeRecord]) {
        self.record = record
        self.service = service
        self.volumes = volumes
    }

    /// - Parameter nameServers: addresses; without one the sandbox has the host's.
    func sandbox(nameServers: [String]) -> SandboxSpec {
        SandboxSpec(
            instance: ref,
            address: record.address,
            hostname: "\(service.ref.service)-\(ref.index)",
            nameServers: InternalNames.resolver(nameServers, in: service.ref.namespace),
            sysctls: service.spec.template.sysctls
        )
    }

    func workload(directory: (VolumeRef) -> String) -> WorkloadSpec {
        WorkloadSpec(
            instance: ref,
            template: service.spec.template,
            imageID: record.imageID,
            directories: Dictionary(volumes.map { ($0.ref.volume, directory($0.ref)) }) { first, _ in first },
            epoch: record.epoch,
            generation: record.generation,
            operation: nil
        )
    }
}
