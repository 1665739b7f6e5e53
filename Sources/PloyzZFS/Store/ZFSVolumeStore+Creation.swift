import Glibc
import PloyzMigration
package import PloyzModel

/// Volumes come to be in two ways: empty, or from a complete receive below the staging parent.
extension ZFSVolumeStore {
    package func create(_ spec: VolumeSpec, of volume: VolumeRef, stamp: DatasetStamp) async throws {
        let dataset = layout.dataset(of: volume)
        if let present = try await self.dataset(of: volume) {
            guard let found = present.stamp else { throw foreign(dataset) }
            guard found == stamp else {
                throw PloyzError(
                    .volumeExists,
                    "the volume \(volume) exists on this machine as \(found.state) copy of epoch \(found.epoch)",
                    state: "it was not touched",
                    next: "ployzctl volume ls"
                )
            }
        } else {
            try await ensureContainers(for: volume.namespace)
            let properties =
                settings(of: volume) + [.quota(spec.quota)]
                + (try await ownEncryption(below: layout.dataset(of: volume.namespace)))
                + StampProperties.properties(stamp)
            do {
                try await command.runWhileBusy(.create(dataset, properties))
            } catch let error as ZFSError {
                throw error.error(about: dataset)
            }
            remember(volume)
        }
        try await ensureDataDirectory(spec, of: volume)
    }

    package func adoptReceived(_ volume: VolumeRef, spec: VolumeSpec, stamp: DatasetStamp) async throws {
        let dataset = layout.dataset(of: volume)
        let staged = layout.staging(of: volume)
        let lock = try await lock(volume, .exclusive)
        defer { withExtendedLifetime(lock) {} }
        let present = try await self.dataset(of: volume)
        guard try await properties(["type"], of: staged) != nil else {
            guard let present else { throw missing(staged) }
            guard present.stamp != nil else { throw foreign(dataset) }
            // Adopted before, by a call whose answer was lost.
            return try await setStamp(stamp)
        }
        guard try await partialReceive(of: volume, in: .staging) == nil else {
            throw PloyzError(
                .snapshotMismatch,
                "only a part of \(volume) has arrived",
                state: "the part stays in \(staged); a stream can go on from it",
                next: "repeat the command"
            )
        }
        guard present == nil else {
            guard present?.stamp != nil else { throw foreign(dataset) }
            throw PloyzError(
                .volumeExists,
                "the volume \(volume) exists on this machine, so a received copy cannot take its name",
                state: "the received copy stays in \(staged)",
                next: "zfs list -r -t all \(layout.root)"
            )
        }
        try await requireMarker(.staging, on: layout.staging)
        try await ensureContainers(for: volume.namespace)
        // Before the rename: no dataset is ever seen under a volume's name that could be mounted by itself, or that
        // lacks the stamp.
        try await set(settings(of: volume) + [.readonly(false)] + StampProperties.properties(stamp), of: staged)
        try await perform(.rename(staged, to: dataset), on: dataset)
        remember(volume)
    }

    package func discardStaging(_ volume: VolumeRef) async throws {
        let staged = layout.staging(of: volume)
        guard try await properties(["type"], of: staged) != nil else { return }
        try await requireMarker(.staging, on: layout.staging)
        let lock = try await lock(volume, .exclusive)
        defer { withExtendedLifetime(lock) {} }
        do {
            for snapshot in snapshots(of: staged, in: try await snapshotTable(staged)) {
                try await release(snapshot.name, of: staged, tag: .previous)
            }
            // With zfs-fuse the daemon may still be busy with a receive whose command has ended.
            try await command.runWhileBusy(.destroyStaged(staged))
        } catch let error as PloyzError where error.code == .volumeMissing {
            return
        } catch let error as ZFSError where error.complaint == .doesNotExist {
            return
        } catch let error as ZFSError {
            throw error.error(about: staged)
        }
    }

    /// What every volume's dataset has set, wherever it came from. A received one gets its quota when it is a live volume:
    /// what is still to arrive is not to fail by it.
    private func settings(of volume: VolumeRef) -> [ZFSProperty] {
        [.canmount(.noauto), .mountpoint(layout.mountPoint(of: volume)), .noAccessTimes]
    }

    /// Makes root and namespace where they are missing. A root that an operator made is used as it is.
    private func ensureContainers(for namespace: NamespaceName) async throws {
        try await ensureRoot()
        try await ensureContainer(layout.dataset(of: namespace), .namespace, [])
    }

    /// Makes the parent of first receives where it is missing.
    func ensureStaging() async throws {
        try await ensureRoot()
        try await ensureContainer(layout.staging, .staging, [.readonly(true)])
    }

    private func ensureRoot() async throws {
        guard try await properties(["type"], of: layout.root) == nil else { return }
        try await ensureContainer(layout.root, .root, [])
    }

    private func ensureContainer(
        _ dataset: DatasetName,
        _ kind: ZFSProperty.ContainerKind,
        _ properties: [ZFSProperty]
    ) async throws {
        if try await self.properties(["type"], of: dataset) == nil {
            do {
                try await command.runWhileBusy(
                    .create(dataset, [.canmount(.off), .mountpoint(nil)] + properties + [.marker(kind)])
                )
                return
            } catch let error as ZFSError where error.complaint == .alreadyExists {
                // Another volume came first; its mark is looked at below.
            } catch let error as ZFSError {
                throw error.error(about: dataset)
            }
        }
        try await awaitMarker(kind, on: dataset)
    }

    /// A dataset can be seen before the properties that it is created with, and another volume's call may be between the
    /// two: one without a mark is foreign only when it stays so for a second.
    private func awaitMarker(_ kind: ZFSProperty.ContainerKind, on dataset: DatasetName) async throws {
        let deadline = timekeeper.now + .seconds(1)
        while true {
            do {
                return try await requireMarker(kind, on: dataset)
            } catch let error as PloyzError where error.code == .foreignDataset && timekeeper.now < deadline {
                try await timekeeper.sleep(for: .milliseconds(50))
            }
        }
    }

    private func requireMarker(_ kind: ZFSProperty.ContainerKind, on dataset: DatasetName) async throws {
        let entry = try await properties([ZFSProperty.markerName], of: dataset)?[dataset.text, ZFSProperty.markerName]
        guard let entry, entry.isLocal, entry.value == kind.rawValue else { throw foreign(dataset) }
    }

    /// Makes the directory that containers bind, in a dataset that is mounted for it when it is not mounted already.
    /// One that is there belongs to the workload and is left as it is.
    private func ensureDataDirectory(_ spec: VolumeSpec, of volume: VolumeRef) async throws {
        let wasMounted = mountEntry(of: volume) != nil
        if !wasMounted { try await mount(volume) }
        let path = layout.directory(of: volume)
        var failure: PloyzError?
        if mkdir(path, 0o700) == 0 {
            // Owner first: chown(2) clears the set-user-ID and set-group-ID bits.
            if chown(path, spec.owner.user, spec.owner.group) != 0 || chmod(path, mode_t(spec.mode.bits)) != 0 {
                failure = PloyzError(
                    .failed,
                    "owner and mode of \(path) cannot be set: \(String(cString: strerror(errno)))"
                )
                rmdir(path)
            }
        } else if errno != EEXIST {
            failure = PloyzError(.failed, "the directory \(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        if !wasMounted { try await unmount(volume) }
        if let failure { throw failure }
    }
}
