import PloyzModel

/// Which snapshot a stream starts from. By GUID: a name proves nothing.
struct BaseChoice: Hashable, Sendable {
    /// The newest snapshot that both sides have; nil for a full send.
    let base: VolumeSnapshot?
    /// Newer than ``base``, absent on the target, and the base of a previous copy on a third machine; oldest first.
    let carried: [VolumeSnapshot]
    /// The target's snapshots after ``base`` that this system made: leftovers that a receive would stumble over.
    let superseded: [VolumeSnapshot]
    /// The same, made by somebody else: they are not ours to destroy.
    let inTheWay: [VolumeSnapshot]

    init(source: [VolumeSnapshot], target: [VolumeSnapshot], record: VolumeRecord, targetMachine: MachineID) {
        let received = Set(target.map(\.guid))
        let names = Mutant.isActive(.baseByName) ? Set(target.map(\.name)) : []
        let base = source.filter { received.contains($0.guid) || names.contains($0.name) }.max {
            $0.creation < $1.creation
        }
        self.base = base
        let wanted = Set(record.previousCopies.filter { $0.machine != targetMachine }.map(\.guid))
        carried = source.filter { snapshot in
            wanted.contains(snapshot.guid) && !received.contains(snapshot.guid)
                && (base.map { snapshot.creation > $0.creation } ?? true)
        }.sorted { $0.creation < $1.creation }
        // Their order is the target's own: `creation` there says when it was received.
        let onTarget = target.first { $0.guid == base?.guid }
        let newer = onTarget.map { mark in target.filter { $0.creation > mark.creation } } ?? []
        superseded = newer.filter(\.name.isOurs)
        inTheWay = newer.filter { !$0.name.isOurs }
    }
}
