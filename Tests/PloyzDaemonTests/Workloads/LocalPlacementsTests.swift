import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

@testable import PloyzDaemon

/// What is placed here is known by what changed, and is what a look at everything would find.
@Suite struct LocalPlacementsTests {
    private let here = MachineID.sample(1)
    private let there = MachineID.sample(2)
    private let mirror = ClusterMirror(store: InMemoryClusterStore(), logger: Logger(label: "test"))

    private func service(_ name: String) throws -> ServiceRecord {
        let data = Mount(source: .volume(try VolumeName("\(name)-data")), target: "/data")
        let spec = ServiceSpec(
            name: try ServiceName(name),
            placement: .replicated(count: 1),
            template: ContainerTemplate(image: name, mounts: [data])
        )
        return ServiceRecord(ref: try ServiceRef("shop/\(name)"), spec: spec, generation: 1)
    }

    private func instance(_ name: String, on machine: MachineID) throws -> InstanceRecord {
        InstanceRecord(
            ref: InstanceRef(service: try ServiceRef("shop/\(name)"), index: 0),
            machine: machine,
            address: try IPv4Address("10.101.1.2"),
            epoch: .first,
            imageID: "sha256:\(name)",
            generation: 1
        )
    }

    private func volume(_ name: String, on machine: MachineID) throws -> VolumeRecord {
        let volume = try VolumeName("\(name)-data")
        return VolumeRecord(
            ref: VolumeRef(namespace: try NamespaceName("shop"), volume: volume),
            spec: VolumeSpec(name: volume),
            owner: machine,
            epoch: .first,
            isCreated: true
        )
    }

    private func records(_ name: String, on machine: MachineID) throws -> [StoreEntry] {
        [
            try StoreEntry(service(name)), try StoreEntry(instance(name, on: machine)),
            try StoreEntry(volume(name, on: machine)),
        ]
    }

    @Test("What is here comes with its service and its volumes, and nothing of other machines")
    func placed() throws {
        let placements = LocalPlacements(of: mirror, on: here)
        #expect(placements.desired().isEmpty)
        let entries = try records("redis", on: here) + records("kv", on: there)
        mirror.replace(with: StoreListing(entries: entries, revision: 1))
        let desired = DesiredInstance(
            record: try instance("redis", on: here),
            service: try service("redis"),
            volumes: [try volume("redis", on: here)]
        )
        #expect(placements.desired() == [desired])
        #expect(placements.volumes() == [try volume("redis", on: here)])
    }

    @Test("What comes, goes and moves is followed")
    func changes() throws {
        let entries = try records("redis", on: here) + records("kv", on: there)
        mirror.replace(with: StoreListing(entries: entries, revision: 1))
        let placements = LocalPlacements(of: mirror, on: here)
        func names() -> [String] { placements.desired().map { $0.ref.service.service.text } }
        #expect(names() == ["redis"])
        mirror.apply([
            .put(try StoreEntry(instance("kv", on: here))), .put(try StoreEntry(instance("redis", on: there))),
        ])
        #expect(names() == ["kv"])
        mirror.apply(try records("web", on: here).map { .put($0) })
        #expect(names() == ["kv", "web"])
        mirror.apply([.deleted(.instance(try instance("kv", on: here).ref))])
        #expect(names() == ["web"])
        mirror.replace(with: StoreListing(entries: try records("kv", on: here), revision: 9))
        #expect(names() == ["kv"])
    }

    @Test("What was here before is found when it is asked for")
    func remembered() throws {
        let placements = LocalPlacements(of: mirror, on: here)
        mirror.replace(with: StoreListing(entries: try records("redis", on: there), revision: 1))
        let (instance, volume) = (try instance("redis", on: there), try volume("redis", on: there))
        #expect(placements.instances().isEmpty && placements.volumes().isEmpty)
        #expect(placements.instances(and: [instance.ref]) == [instance])
        #expect(placements.volumes(and: [volume.ref]) == [volume])
    }
}
