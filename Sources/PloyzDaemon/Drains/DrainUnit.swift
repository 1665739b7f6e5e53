import PloyzMigration
import PloyzModel

/// A migration unit on a machine that is emptied, as the choice of its target sees it.
struct DrainUnit: Hashable, Sendable {
    /// The first is the one that migrations are asked for by.
    let members: [InstanceRef]
    /// What each volume refers to.
    let volumes: [VolumeRef: ByteCount]
    /// The volumes that each machine keeps a previous copy of.
    let copies: [MachineID: Set<VolumeRef>]
    /// Why it can go nowhere; nil when it can.
    var refusal: PloyzError?
    /// Machines that were asked and cannot take it, with the reason.
    var excluded: [MachineID: PloyzError] = [:]

    var instance: InstanceRef { members[0] }
    var services: Set<ServiceRef> { Set(members.map(\.service)) }
    var size: ByteCount { volumes.values.reduce(.zero, +) }

    /// What it takes on a machine: nothing for a volume of which that has a copy, since only changes are sent; an eighth
    /// above its size for others, because the workload goes on writing and snapshots keep what it overwrites.
    func claim(on machine: MachineID) -> ByteCount {
        let kept = copies[machine] ?? []
        let bytes = volumes.filter { !kept.contains($0.key) }.values.reduce(ByteCount.zero, +)
        return bytes + ByteCount(bytes.bytes / 8)
    }

    /// Whether a move there sends only what changed.
    func isKept(on machine: MachineID) -> Bool {
        !volumes.isEmpty && volumes.keys.allSatisfy { copies[machine]?.contains($0) == true }
    }
}

extension DrainUnit {
    /// Units of the instances on `machine`, each once, in the order of their first members.
    ///
    /// - Parameters:
    ///   - picture: the store's records.
    ///   - sizes: what the machine's volumes refer to; one that is missing counts nothing.
    static func all(on machine: MachineID, in picture: ClusterPicture, sizes: [VolumeRef: ByteCount]) -> [DrainUnit] {
        var seen: Set<InstanceRef> = []
        var units: [DrainUnit] = []
        for instance in picture.instances.sorted(by: { $0.ref < $1.ref }) where instance.machine == machine {
            guard !seen.contains(instance.ref) else { continue }
            let unit = picture.unit(of: instance)
            seen.formUnion(unit.members.map(\.instance.ref))
            units.append(DrainUnit(unit, sizes: sizes))
        }
        return units
    }

    private init(_ unit: MigrationUnit, sizes: [VolumeRef: ByteCount]) {
        var copies: [MachineID: Set<VolumeRef>] = [:]
        for volume in unit.volumes {
            for copy in volume.previousCopies { copies[copy.machine, default: []].insert(volume.ref) }
        }
        self.init(
            members: unit.members.map(\.instance.ref),
            volumes: Dictionary(unit.volumes.map { ($0.ref, sizes[$0.ref] ?? .zero) }) { first, _ in first },
            copies: copies,
            refusal: PloyzError.all(unit.refusals())
        )
    }
}
