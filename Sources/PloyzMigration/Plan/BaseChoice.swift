import PloyzModel

/// Which snapshot a stream starts from. By GUID: a name proves nothing.
struct BaseChoice: Sendable {
    /// The newest snapshot that both sides have, here perhaps as a bookmark only; nil for a full send.
    let base: VolumeSnapshot?
    /// Newer than ``base`` and absent on the target, oldest first: the one whose stream was cut off, bases of previous
    /// copies on third machines, and snapshots that users made.
    let carried: [VolumeSnapshot]
    /// How many of ``carried`` a user made, and how many of those are left behind because there are more.
    let userSnapshots: (carried: Int, left: Int)
    /// Whether the first stream goes on from what the target has of it.
    let resumes: Bool
    /// The target's snapshots after ``base`` that this system made: leftovers that a receive would stumble over.
    let superseded: [VolumeSnapshot]
    /// The same, made by somebody else: they are not ours to destroy.
    let inTheWay: [VolumeSnapshot]

    /// Each carried snapshot is held and has a stream of its own: more than these would take minutes.
    static let userLimit = 256

    init(
        source: [VolumeSnapshot],
        bookmarks: [VolumeSnapshot] = [],
        target: [VolumeSnapshot],
        record: VolumeRecord,
        targetMachine: MachineID,
        resume: ResumePoint? = nil
    ) {
        let received = Set(target.map(\.guid))
        let names = Mutant.isActive(.baseByName) ? Set(target.map(\.name)) : []
        let isCommon = { (snapshot: VolumeSnapshot) in
            received.contains(snapshot.guid) || names.contains(snapshot.name)
        }
        let whole = source.filter(isCommon).max { $0.creation < $1.creation }
        let marked = bookmarks.filter(isCommon).max { $0.creation < $1.creation }
        let base = (marked?.creation ?? 0) > (whole?.creation ?? 0) ? marked : whole
        self.base = base
        let missing = source.filter { snapshot in
            !received.contains(snapshot.guid) && (base.map { snapshot.creation > $0.creation } ?? true)
        }.sorted { $0.creation < $1.creation }
        let wanted = Set(record.previousCopies.filter { $0.machine != targetMachine }.map(\.guid))
        // A tool that takes snapshots on every machine gives the copy there one of the same name and another GUID: it stays,
        // and so does ours.
        let taken = Set(target.map(\.name))
        let made = missing.filter { !$0.name.isOurs && !taken.contains($0.name) }
        let users = made.suffix(Self.userLimit)
        userSnapshots = (users.count, made.count - users.count)
        let chosen = wanted.union(users.map(\.guid))
        let carried = missing.filter { chosen.contains($0.guid) }
        // A part fits when its snapshot is here and is the next in line.
        let cut = resume.flatMap { point in
            point.base == base?.guid ? missing.first { $0.guid == point.guid } : nil
        }
        if let cut, carried.allSatisfy({ $0.creation >= cut.creation }) {
            resumes = true
            self.carried = [cut] + carried.filter { $0.guid != cut.guid }
        } else {
            resumes = false
            self.carried = carried
        }
        // Their order is the target's own: `creation` there says when it was received.
        let onTarget = target.first { $0.guid == base?.guid }
        let newer = onTarget.map { mark in target.filter { $0.creation > mark.creation } } ?? []
        superseded = newer.filter(\.name.isOurs)
        inTheWay = newer.filter { !$0.name.isOurs }
    }
}
