import PloyzModel

/// Snapshots that a stream starts from or carries are held under the operation's tag, so that no pruner destroys them
/// meanwhile.
///
/// **Left behind on failure**: holds that the entry lists. Each is written down before it is made.
extension MigrationRunner {
    mutating func holdBases() async throws {
        for volume in record.plan.volumes {
            // Of a bookmark there is nothing that anybody could destroy.
            let snapshots = volume.carried + (volume.base.map { $0.isBookmark ? [] : [$0] } ?? [])
            if let base = volume.base { entry.arrived[volume.volume] = base }
            // A user's snapshot comes along, and nothing depends on it.
            let users = Set(snapshots.map(\.name).filter { !$0.isOurs && $0 != volume.base?.name })
            try await hold(snapshots.map(\.name), of: volume.volume, dispensable: users)
        }
    }

    /// Writes the holds down, then makes them.
    ///
    /// - Parameter dispensable: may be gone: tools that take snapshots destroy old ones too, at any time. Then no hold is
    ///   left of them, and they are not sent.
    private mutating func hold(
        _ snapshots: [SnapshotName],
        of volume: VolumeRef,
        dispensable: Set<SnapshotName>
    ) async throws {
        guard !snapshots.isEmpty else { return }
        entry.holds += snapshots.map { OwnerEntry.Hold(volume: volume, snapshot: $0) }
        if let failure = await save() { throw failure }
        let storage = try seams.storage()
        let tag = HoldTag.operation(record.id)
        for snapshot in snapshots {
            do {
                try await seams.local("holding a snapshot") { try await storage.hold(volume, snapshot, tag: tag) }
            } catch let error as PloyzError where error.code == .snapshotGone && dispensable.contains(snapshot) {
                entry.holds.removeAll { $0 == OwnerEntry.Hold(volume: volume, snapshot: snapshot) }
                events.emit(.note(text: "\(volume)@\(snapshot) does not come along: somebody has destroyed it"))
            }
        }
    }

    /// A snapshot of each volume, held at once. A pruner may destroy one before that: then it is taken anew.
    mutating func takeHeldSnapshots(_ name: SnapshotName) async throws -> [VolumeSnapshot] {
        entry.holds += unit.volumes.map { OwnerEntry.Hold(volume: $0.ref, snapshot: name) }
        if let failure = await save() { throw failure }
        let storage = try seams.storage()
        let tag = HoldTag.operation(record.id)
        return try await sideBySide(unit.volumes) { [seams] volume in
            for _ in 0..<3 {
                do {
                    let snapshot = try await seams.local("taking a snapshot") {
                        try await storage.snapshot(volume.ref, name: name)
                    }
                    try await seams.local("holding a snapshot") { try await storage.hold(volume.ref, name, tag: tag) }
                    return snapshot
                } catch let error as PloyzError where error.code == .snapshotGone {
                    continue
                }
            }
            throw PloyzError(
                .snapshotGone,
                "somebody has destroyed \(volume.ref)@\(name) three times before it could be held",
                next: "stop what destroys snapshots of \(volume.ref), and repeat the command"
            )
        }
    }

    /// The undo, and part of the cleanup. The snapshots stay: what arrived on the target is the base of the next try.
    mutating func releaseHolds() async throws {
        if Mutant.isActive(.holdsForgotten) { return }
        let storage = try seams.storage()
        let tag = HoldTag.operation(record.id)
        // What arrived is a base of the next try. Without the hold anybody may destroy it: a bookmark then takes its place.
        if !entry.machine.isCommitted {
            for (volume, snapshot) in entry.arrived.sorted(by: { $0.key < $1.key }) {
                try await storage.keepBase(volume, snapshot)
            }
        }
        try await eachAsFarAsPossible(entry.holds) { hold in
            try await storage.release(hold.volume, hold.snapshot, tag: tag)
        }
        entry.holds = []
    }
}
