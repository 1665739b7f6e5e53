import Foundation
import PloyzModel
import Testing

@testable import PloyzDaemon

/// A machine believes a store that goes forward, and none that has gone back.
@Suite struct EpochMemoryTests {
    private let here = MachineID.sample(1)
    private let there = MachineID.sample(2)

    private func records(
        epoch: UInt64,
        generation: UInt64,
        on machine: MachineID,
        cluster: ClusterID = .sample(1)
    ) throws -> EpochMemory.Records {
        let service = try ServiceRef("shop/redis")
        let instance = InstanceRecord(
            ref: InstanceRef(service: service, index: 0),
            machine: machine,
            address: try IPv4Address("10.101.1.2"),
            epoch: Epoch(epoch),
            imageID: "sha256:redis",
            generation: 1
        )
        let volume = VolumeRecord(
            ref: VolumeRef(namespace: service.namespace, volume: try VolumeName("data")),
            spec: VolumeSpec(name: try VolumeName("data")),
            owner: machine,
            epoch: Epoch(epoch),
            isCreated: true
        )
        return EpochMemory.Records(
            cluster: cluster,
            instances: [instance],
            volumes: [volume],
            generations: [service: generation]
        )
    }

    @Test("What moved away is followed, and an older record of it is refused, also after a restart")
    func behind() throws {
        var memory = EpochMemory(cluster: .sample(1))
        #expect(memory.learn(from: try records(epoch: 1, generation: 1, on: here), of: here) == [])
        #expect(memory.learn(from: try records(epoch: 2, generation: 2, on: there), of: here) == [])
        memory = try JSON.decode(EpochMemory.self, from: JSON.encode(memory))
        let old = try records(epoch: 1, generation: 1, on: here)
        let found = memory.learn(from: old, of: here)
        #expect(found.count == 2)
        #expect(found.contains { $0.contains("shop/redis/0") } && found.contains { $0.contains("shop/data") })
        // It does not believe the old store at the second sight either.
        #expect(memory.learn(from: old, of: here) == found)
        #expect(memory.learn(from: try records(epoch: 2, generation: 2, on: there), of: here) == [])
    }

    @Test("What was never here is not remembered")
    func elsewhere() throws {
        var memory = EpochMemory(cluster: .sample(1))
        #expect(memory.learn(from: try records(epoch: 7, generation: 7, on: there), of: here) == [])
        #expect(memory.instances.isEmpty && memory.volumes.isEmpty)
    }

    @Test("An instance that was removed and placed anew begins at the first epoch, and is believed")
    func anew() throws {
        var memory = EpochMemory(cluster: .sample(1))
        var records = try records(epoch: 5, generation: 9, on: here)
        records.volumes = []
        #expect(memory.learn(from: records, of: here) == [])
        records = try self.records(epoch: 1, generation: 11, on: there)
        records.volumes = []
        #expect(memory.learn(from: records, of: here) == [])
        // Nor is one that the store no longer has remembered.
        records.instances = []
        #expect(memory.learn(from: records, of: here) == [])
        #expect(memory.instances.isEmpty)
    }

    @Test("The store of another cluster is not believed at all")
    func stranger() throws {
        var memory = EpochMemory(cluster: .sample(1))
        let found = memory.learn(from: try records(epoch: 1, generation: 1, on: here, cluster: .sample(2)), of: here)
        #expect(found.count == 1)
        #expect(memory.instances.isEmpty)
    }
}

extension MachineID {
    static func sample(_ seed: UInt64) -> MachineID {
        var generator = Counting(next: seed)
        return MachineID(using: &generator)
    }
}

extension ClusterID {
    static func sample(_ seed: UInt64) -> ClusterID {
        var generator = Counting(next: seed)
        return ClusterID(using: &generator)
    }
}

/// Numbers one after the other: identifiers need not be random here.
private struct Counting: RandomNumberGenerator {
    var number: UInt64

    init(next: UInt64) { number = next &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        number &+= 0x9E37_79B9_7F4A_7C15
        return number
    }
}
