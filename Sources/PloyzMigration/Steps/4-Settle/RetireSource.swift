import PloyzModel

/// The source gives up what it no longer needs and keeps a fenced copy of each volume, which makes the way back
/// incremental.
///
/// **If it stops here**: a stopped container, a link that is down, datasets that still say `live` with an epoch below the
/// record's. None of it can run; the next run of this step finishes.
extension MigrationRunner {
    mutating func retireSource() async throws {
        if record.plan.startsFirst {
            // What other machines have begun here ends meanwhile, and the rest within the grace of the stop.
            try await outlastFollowers()
            try await stopMembers()
            try await seams.store.advanceHandover(of: unit, to: .over)
            try await seams.routes.refresh(unit.addresses)
        }
        // The target opened the address at the first word; with the second it stamps its copies.
        try await settleTarget()
        let seams = seams
        try await eachAsFarAsPossible(unit.members) { member in
            try await seams.containers.removeWorkload(member.instance.ref)
            try await seams.network.detach(member.instance.ref)
            try await seams.containers.removeSandbox(member.instance.ref)
        }
        guard !unit.isStateless else { return }
        let storage = try seams.storage()
        let last = entry.last
        let events = events
        let target = record.to.id
        try await eachAsFarAsPossible(unit.volumes) { volume in
            guard let kept = last[volume.ref] else { return }
            let stamp = DatasetStamp(volume: volume.ref, owner: seams.machine, epoch: volume.epoch, state: .previous)
            if !Mutant.isActive(.stampForgotten) { try await storage.setStamp(stamp) }
            do {
                try await storage.hold(volume.ref, kept.name, tag: .previous)
                try await storage.keepBase(volume.ref, kept)
            } catch let error as PloyzError where error.code == .snapshotGone {
                let what = "\(volume.ref)@\(kept.name), from where the way back would start"
                events.emit(.note(text: "somebody has destroyed \(what): it may have to send all of the volume"))
            }
        }
        try await releaseHolds()
        try await eachAsFarAsPossible(unit.volumes) { volume in
            guard let kept = last[volume.ref] else { return }
            // Bases of copies on third machines stay too: this machine may own the volume again and send from them.
            let third = volume.previousCopies.filter { $0.machine != seams.machine && $0.machine != target }
            let needed = Set(third.map(\.guid)).union([kept.guid])
            for snapshot in try await storage.snapshots(of: volume.ref)
            where (snapshot.name.isOurs || Mutant.isActive(.foreignDestroyed)) && !needed.contains(snapshot.guid) {
                try await storage.release(volume.ref, snapshot.name, tag: .previous)
                try await storage.destroySnapshot(volume.ref, snapshot)
            }
            for bookmark in try await storage.bookmarks(of: volume.ref)
            where bookmark.name.isOurs && !needed.contains(bookmark.guid) {
                try await storage.destroySnapshot(volume.ref, bookmark)
            }
        }
    }
}
