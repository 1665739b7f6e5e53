package import PloyzMigration
package import PloyzModel
package import SystemPackage

/// Where a received stream goes.
package enum ReceivePlace: String, Hashable, Sendable, Codable {
    /// A first, full stream: below the staging parent.
    case staging
    /// An incremental stream: the volume's dataset itself, unmounted.
    case volume
}

/// The two ends of a stream, each a `zfs` process that works on the descriptor it is given. With zfs-fuse it is even
/// the ZFS daemon that reads or writes it: the command passes the descriptor on. So descriptors must be blocking, and
/// what ends a stream is its descriptor, not a signal.
extension ZFSVolumeStore {
    /// Writes `zfs send`'s stream into `descriptor`, which stays open, and returns when all of it is written.
    ///
    /// - Throws: ``PloyzError`` `zfs-failed`, `volume-busy` (a receive into the volume runs), `foreign-dataset`;
    ///   `CancellationError`.
    package func sendProcess(_ stream: VolumeStream, to descriptor: FileDescriptor) async throws {
        try await requireOurs(stream.volume)
        let dataset = layout.dataset(of: stream.volume)
        let lock = try await lock(stream.volume, .shared)
        let arguments = ZFSArguments.send(
            dataset,
            stream.snapshot.name,
            from: stream.base?.name,
            intermediates: stream.includesIntermediates
        )
        do {
            try await command.send(arguments, to: descriptor, lock: lock)
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    /// Makes everything ready for a receive that can be made ready before its stream comes.
    ///
    /// - Throws: ``PloyzError`` `foreign-dataset`, `volume-missing`.
    package func prepareReceive(_ volume: VolumeRef, into place: ReceivePlace) async throws {
        switch place {
        case .staging:
            try await ensureStaging()
            guard try await dataset(of: volume) == nil else {
                throw PloyzError(
                    .volumeExists,
                    "the volume \(volume) exists on this machine, so a full stream of it is not received",
                    next: "ployzctl volume ls"
                )
            }
        case .volume: try await requireOurs(volume)
        }
    }

    /// Feeds `descriptor` to `zfs receive` until its end and returns the newest snapshot that is there then.
    ///
    /// - Parameter expected: the GUID that the snapshot must have; nil when the caller checks it.
    /// - Throws: ``PloyzError`` `bad-stream` (ended early, damaged), `snapshot-mismatch`, `volume-full`,
    ///   `foreign-dataset`, `zfs-failed`. What had been received of the stream is gone then, except whole snapshots of
    ///   a stream with intermediates.
    package func receiveProcess(
        _ volume: VolumeRef,
        into place: ReceivePlace,
        from descriptor: FileDescriptor,
        expecting expected: UInt64?
    ) async throws -> VolumeSnapshot {
        let dataset = place == .staging ? layout.staging(of: volume) : layout.dataset(of: volume)
        if place == .volume { try await requireOurs(volume) }
        let lock = try await lock(volume, .exclusive)
        let flags = try await abilities().has(.receiveProperties) ? ["-u"] : []
        do {
            try await command.receive(.receive(into: dataset, flags: flags), from: descriptor, lock: lock)
        } catch let error as ZFSError where error.complaint == .badStream {
            throw PloyzError(
                .badStream,
                "the stream for \(volume) ended early or was damaged: \(error.message)",
                state: "\(dataset) is as it was before",
                next: "repeat the command"
            )
        } catch let error as ZFSError where error.complaint == .modified {
            throw PloyzError(
                .snapshotMismatch,
                "\(dataset) was written since its newest snapshot, so nothing can be added to it",
                state: "it is as it was before",
                next: "repeat the command: it takes the copy back to its snapshot first"
            )
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
        guard let newest = snapshots(of: dataset, in: try await snapshotTable(dataset)).last else {
            throw PloyzError(.badStream, "nothing was received for \(volume)", state: "\(dataset) has no snapshot")
        }
        guard expected == nil || newest.guid == expected else {
            throw PloyzError(
                .snapshotMismatch,
                "received snapshot \(newest.name) of \(volume) with GUID \(newest.guid), not \(expected ?? 0)",
                next: "zfs list -r -t snapshot \(dataset)"
            )
        }
        return newest
    }
}
