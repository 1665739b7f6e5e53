import Foundation
import PloyzMigration
import PloyzModel
import Synchronization

/// What the mirror has of one machine: the keys of its instances and volumes, kept by what changes, so that a look costs
/// what is here and not what the cluster has.
final class LocalPlacements: Sendable {
    private let mirror: ClusterMirror
    private let machine: MachineID
    private let reader: MirrorReader
    private let known = Mutex<Set<StoreKey>>([])

    init(of mirror: ClusterMirror, on machine: MachineID) {
        self.mirror = mirror
        self.machine = machine
        reader = mirror.reader(under: [.instances, .volumes])
    }

    /// The instances that the store places here, and those of `others` that it has at all, in the order of keys.
    func instances(and others: some Sequence<InstanceRef> = []) -> [InstanceRecord] {
        let asked = Set(others.map { StoreKey.instance($0) })
        return records(InstanceRecord.self, under: .instances, and: asked)
            .filter { $0.machine == machine || asked.contains($0.storeKey) }
    }

    /// The volumes that this machine owns, and those of `others` that the store has at all, in the order of keys.
    func volumes(and others: some Sequence<VolumeRef> = []) -> [VolumeRecord] {
        let asked = Set(others.map { StoreKey.volume($0) })
        return records(VolumeRecord.self, under: .volumes, and: asked)
            .filter { $0.owner == machine || asked.contains($0.storeKey) }
    }

    /// The services that instances belong to.
    func services(of instances: [InstanceRecord]) -> [ServiceRef: ServiceRecord] {
        Set(instances.map(\.ref.service)).reduce(into: [:]) { services, ref in
            services[ref] = record(ServiceRecord.self, at: .service(ref))
        }
    }

    /// What should run here, in the order of references.
    func desired() -> [DesiredInstance] {
        let instances = instances()
        let services = services(of: instances)
        return instances.compactMap { record in
            guard let service = services[record.ref.service] else { return nil }
            let volumes = service.spec.volumeNames.compactMap { name in
                self.record(
                    VolumeRecord.self,
                    at: .volume(VolumeRef(namespace: service.ref.namespace, volume: name))
                )
            }
            return DesiredInstance(record: record, service: service, volumes: volumes)
        }
        .sorted { $0.ref < $1.ref }
    }

    private func records<Record: Decodable>(
        _ type: Record.Type,
        under prefix: StoreKey,
        and others: Set<StoreKey>
    ) -> [Record] {
        let keys = known.withLock { known in
            for (key, value) in reader.take() {
                if let value, isHere(key, value) { known.insert(key) } else { known.remove(key) }
            }
            return known
        }
        return keys.filter { $0.isBelow(prefix) }.union(others).sorted().compactMap { record(type, at: $0) }
    }

    private func isHere(_ key: StoreKey, _ value: Data) -> Bool {
        let entry = StoreEntry(key: key, value: value)
        return key.isBelow(.instances)
            ? mirror.decode(InstanceRecord.self, entry)?.machine == machine
            : mirror.decode(VolumeRecord.self, entry)?.owner == machine
    }

    private func record<Record: Decodable>(_ type: Record.Type, at key: StoreKey) -> Record? {
        mirror.value(key).flatMap { mirror.decode(type, StoreEntry(key: key, value: $0)) }
    }
}
