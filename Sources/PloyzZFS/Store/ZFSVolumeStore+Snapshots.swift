package import PloyzMigration
package import PloyzModel

/// Snapshots are known by GUID; names only address them in the call at hand.
extension ZFSVolumeStore {
    private static let snapshotProperties = ["guid", "createtxg"]

    /// What a snapshot that was just there, and is not any more, leads to.
    private static func gone(_ snapshot: String) -> PloyzError {
        PloyzError(.snapshotGone, "somebody has destroyed the snapshot \(snapshot)", next: "repeat the command")
    }

    /// - Throws: `snapshot-gone` when what the arguments name is not there.
    func perform(_ arguments: ZFSArguments, on dataset: DatasetName, naming snapshot: String) async throws -> String {
        do {
            return try await command.runWhileBusy(arguments)
        } catch let error as ZFSError where error.complaint == .doesNotExist {
            throw Self.gone(snapshot)
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    package func snapshots(of volume: VolumeRef) async throws -> [VolumeSnapshot] {
        let dataset = layout.dataset(of: volume)
        return snapshots(of: dataset, in: try await snapshotTable(dataset))
    }

    package func snapshot(_ volume: VolumeRef, name: SnapshotName) async throws -> VolumeSnapshot {
        try await requireOurs(volume)
        let dataset = layout.dataset(of: volume)
        do {
            try await command.runWhileBusy(.snapshot(dataset, name))
        } catch let error as ZFSError where error.complaint == .alreadyExists {
            return try await unchangedSnapshot(volume, name)
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
        let get = ZFSArguments.get(Self.snapshotProperties, of: [.snapshot(dataset, name)])
        let table = try PropertyTable(try await perform(get, on: dataset, naming: "\(dataset)@\(name)"))
        guard let snapshot = snapshot("\(dataset)@\(name)", in: table) else {
            throw PloyzError(.zfsFailed, "the snapshot \(dataset)@\(name) was taken, but shows no GUID")
        }
        return snapshot
    }

    package func hold(_ volume: VolumeRef, _ snapshot: SnapshotName, tag: HoldTag) async throws {
        try await requireOurs(volume)
        let dataset = layout.dataset(of: volume)
        do {
            try await command.runWhileBusy(.hold(dataset, snapshot, tag: tag.text))
        } catch let error as ZFSError where error.complaint == .tagExists {
            return
        } catch let error as ZFSError where error.complaint == .doesNotExist {
            throw Self.gone("\(dataset)@\(snapshot)")
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    package func release(_ volume: VolumeRef, _ snapshot: SnapshotName, tag: HoldTag) async throws {
        try await release(snapshot, of: layout.dataset(of: volume), tag: tag)
    }

    func release(_ snapshot: SnapshotName, of dataset: DatasetName, tag: HoldTag) async throws {
        do {
            // The tag is ours, so nothing of others can be released, whoever's the dataset is.
            try await command.runWhileBusy(.release(dataset, snapshot, tag: tag.text))
        } catch let error as ZFSError where [.noSuchTag, .doesNotExist].contains(error.complaint) {
            return
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    package func destroySnapshot(_ volume: VolumeRef, _ snapshot: VolumeSnapshot) async throws {
        let dataset = layout.dataset(of: volume)
        guard snapshot.name.isOurs else {
            throw PloyzError(.foreignDataset, "the snapshot \(dataset)@\(snapshot.name) was not taken by ployz")
        }
        if snapshot.isBookmark { return try await destroyOwnBookmark(volume, snapshot) }
        let name = "\(dataset)@\(snapshot.name)"
        let targets: [ZFSTarget] = [.dataset(dataset), .snapshot(dataset, snapshot.name)]
        do {
            let table = try PropertyTable(
                try await command.run(.get(["guid", "userrefs", "type"] + StampProperties.names, of: targets))
            )
            try requireOurs(volume, in: table)
            // Held, or another snapshot of that name: it stays.
            guard table.number(name, "guid") == snapshot.guid, table.number(name, "userrefs") ?? 0 == 0 else { return }
            try await command.run(.destroySnapshot(dataset, snapshot.name))
            try await destroyBookmark(dataset, snapshot)
        } catch let error as ZFSError where [.doesNotExist, .busy, .kept].contains(error.complaint) {
            // Gone, or kept by a hold, a clone, a part of a stream or a running send: a later pruning finds it again.
            return
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    private func destroyOwnBookmark(_ volume: VolumeRef, _ bookmark: VolumeSnapshot) async throws {
        let dataset = layout.dataset(of: volume)
        _ = try await ownProperties([], of: volume)
        do {
            try await destroyBookmark(dataset, bookmark)
        } catch let error as ZFSError where error.complaint == .doesNotExist {
            return
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    package func rollback(_ volume: VolumeRef, to guid: UInt64) async throws {
        let dataset = layout.dataset(of: volume)
        let lock = try await lock(volume, .exclusive)
        defer { withExtendedLifetime(lock) {} }
        _ = try await ownProperties([], of: volume)
        // zfs-fuse rolls a mounted file system back under its users' feet.
        try await unmount(volume)
        guard let newest = snapshots(of: dataset, in: try await snapshotTable(dataset)).last, newest.guid == guid else {
            throw PloyzError(
                .snapshotMismatch,
                "the newest snapshot of \(dataset) is not the one with GUID \(guid)",
                state: "nothing was rolled back",
                next: "zfs list -r -t snapshot \(dataset)"
            )
        }
        // A part of a stream that starts at this snapshot lives through it (seen on OpenZFS 2.3.2), and can be gone on with.
        do {
            try await command.runWhileBusy(.rollback(dataset, newest.name), also: .ioError)
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    /// The snapshot `name`, which exists, if nothing was written since and none is newer.
    private func unchangedSnapshot(_ volume: VolumeRef, _ name: SnapshotName) async throws -> VolumeSnapshot {
        let dataset = layout.dataset(of: volume)
        let written = try await abilities().writtenProperty
        let table = try await snapshotTable(dataset, also: [written])
        guard let newest = snapshots(of: dataset, in: table).last, newest.name == name,
            table.number(dataset.text, written) == 0
        else {
            throw PloyzError(
                .snapshotMismatch,
                "the snapshot \(dataset)@\(name) exists, and the volume was written since",
                next: "zfs list -r -t snapshot \(dataset)"
            )
        }
        return newest
    }

    /// The dataset's own row, and one for each of its snapshots.
    func snapshotTable(_ dataset: DatasetName, also properties: [String] = []) async throws -> PropertyTable {
        do {
            return try PropertyTable(
                try await command.run(.get(Self.snapshotProperties + properties, below: dataset, depth: 1))
            )
        } catch let error as ZFSError where error.complaint == .doesNotExist {
            throw missing(dataset)
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    /// Oldest first. Snapshots of others whose names ours never have are left out.
    func snapshots(of dataset: DatasetName, in table: PropertyTable) -> [VolumeSnapshot] {
        table.names.filter { $0.hasPrefix(dataset.text + "@") }
            .compactMap { snapshot($0, in: table) }
            .sorted { $0.creation < $1.creation }
    }

    private func snapshot(_ text: String, in table: PropertyTable) -> VolumeSnapshot? {
        guard let at = text.lastIndex(of: "@"), let name = try? SnapshotName(String(text[text.index(after: at)...])),
            let guid = table.number(text, "guid"), let creation = table.number(text, "createtxg")
        else { return nil }
        return VolumeSnapshot(name: name, guid: guid, creation: creation)
    }
}
