import PloyzAPI
import PloyzMigration
import PloyzModel

/// What the lists print, computed from this machine's copy of the store.
struct Listings {
    let mirror: ClusterMirror
    let local: MachineID

    private var records: [MachineRecord] { mirror.records(MachineRecord.self, under: .machines) }

    func machines(reachable: [MachineID: Bool] = [:]) -> MachineList {
        let instances = mirror.records(InstanceRecord.self, under: .instances)
        let certificates = Dictionary(
            mirror.records(IssuedCertificates.self, under: .certificates).map { ($0.machine, $0) }
        ) { $1 }
        return MachineList(
            machines: records.sorted { $0.name < $1.name }.map { record in
                MachineSummary(
                    record,
                    isLocal: record.id == local,
                    reachable: record.id == local ? true : reachable[record.id],
                    instances: instances.count { $0.machine == record.id },
                    certificateExpires: certificates[record.id]?.current?.expires
                )
            }
        )
    }

    func services() -> ServiceList {
        let places = self.places
        let statuses = Dictionary(mirror.records(InstanceStatus.self, under: .statuses).map { ($0.instance, $0) }) {
            $1
        }
        let instances = Dictionary(grouping: mirror.records(InstanceRecord.self, under: .instances)) { $0.ref.service }
        return ServiceList(
            services: mirror.records(ServiceRecord.self, under: .services).map { service in
                let lock = operation(locking: service.ref)
                return ServiceSummary(
                    service: service.ref,
                    image: service.spec.template.image,
                    replicas: service.spec.replicas,
                    generation: service.generation,
                    volumes: service.volumes,
                    publish: service.spec.publish,
                    instances: (instances[service.ref] ?? []).sorted { $0.ref < $1.ref }.map { instance in
                        InstanceSummary(
                            instance: instance.ref,
                            machine: place(instance.machine, in: places),
                            address: instance.address,
                            state: lock == nil ? state(statuses[instance.ref], of: instance) : .moving,
                            operation: lock
                        )
                    }
                )
            }
        )
    }

    /// - Parameter used: what the volumes take, by the machine that said so: its word counts for those that it owns.
    func volumes(used: [MachineID: [VolumeRef: ByteCount]] = [:]) -> VolumeList {
        let places = self.places
        let services = mirror.records(ServiceRecord.self, under: .services)
        return VolumeList(
            volumes: mirror.records(VolumeRecord.self, under: .volumes).map { volume in
                VolumeSummary(
                    volume: volume.ref,
                    scope: volume.spec.scope,
                    machine: place(volume.owner, in: places),
                    epoch: volume.epoch,
                    quota: volume.spec.quota,
                    used: used[volume.owner]?[volume.ref],
                    services: services.filter { $0.volumes.contains(volume.ref) }.map(\.ref),
                    previousCopies: volume.previousCopies.map { place($0.machine, in: places) }
                )
            }
        )
    }

    func migrations() -> [OperationRecord] {
        mirror.records(OperationRecord.self, under: .operations).sorted { $0.startedAt > $1.startedAt }
    }

    private var places: [MachineID: MachinePlace] {
        Dictionary(records.map { ($0.id, MachinePlace($0)) }) { $1 }
    }

    private func place(_ id: MachineID, in places: [MachineID: MachinePlace]) -> MachinePlace {
        // A machine that is gone from the records is shown by the only name that is left of it.
        places[id] ?? MachinePlace(id: id, name: MachineName(id))
    }

    private func operation(locking service: ServiceRef) -> OperationID? {
        mirror.value(.lock(service)).flatMap { try? OperationID(String(decoding: $0, as: UTF8.self)) }
    }

    private func state(_ status: InstanceStatus?, of instance: InstanceRecord) -> InstanceSummary.State {
        guard let status, status.machine == instance.machine else { return .starting }
        return switch status.state {
        case .starting: .starting
        case .ready: .running
        case .unready: .unready
        case .stopped: .stopped
        case .failed: .failed
        }
    }
}

extension ServiceRecord {
    var volumes: [VolumeRef] {
        spec.volumeNames.map { VolumeRef(namespace: ref.namespace, volume: $0) }
    }
}

extension ServiceSpec {
    /// How many instances are asked for; nil for one on every machine.
    var replicas: Int? {
        switch placement {
        case .global: nil
        case .replicated(let count): count
        }
    }
}
