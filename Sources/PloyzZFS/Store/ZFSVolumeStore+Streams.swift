import Foundation
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
        let arguments: ZFSArguments
        if let token = stream.resume {
            // It came from another machine, and `zfs` sends whatever it names.
            guard let point = try await resumePoint(of: token, for: stream.volume), point.fits(stream) else {
                throw PloyzError(
                    .badStream,
                    "what the target has of \(stream.volume) is not a part of this stream",
                    state: "nothing was sent",
                    next: "repeat the command: it begins the stream anew"
                )
            }
            arguments = .resume(token)
        } else {
            if !stream.snapshot.name.isOurs { try await requireUnchanged(stream.snapshot, of: dataset) }
            arguments = .send(
                dataset,
                stream.snapshot.name,
                from: stream.base,
                intermediates: stream.includesIntermediates,
                flags: stream.flags
            )
        }
        do {
            try await command.send(arguments, to: descriptor, lock: lock)
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    /// `zfs send` goes by names, and a snapshot of a user's may have been destroyed and taken anew under its name.
    private func requireUnchanged(_ snapshot: VolumeSnapshot, of dataset: DatasetName) async throws {
        let target = ZFSTarget.snapshot(dataset, snapshot.name)
        guard
            try PropertyTable(try await perform(.get(["guid"], of: [target]), on: dataset)).number(target.text, "guid")
                == snapshot.guid
        else {
            throw PloyzError(
                .snapshotMismatch,
                "\(target.text) is not the snapshot any more that it was when the move was planned",
                state: "nothing was sent",
                next: "repeat the command"
            )
        }
    }

    /// Makes everything ready for a receive that can be made ready before its stream comes.
    ///
    /// - Parameter keepsPartial: whether the stream may go on from what an earlier one has left. Else that is thrown away.
    /// - Returns: what the stream has to go on from; nil when it has to begin.
    /// - Throws: ``PloyzError`` `foreign-dataset`, `volume-missing`.
    @discardableResult
    package func prepareReceive(
        _ volume: VolumeRef,
        into place: ReceivePlace,
        keepsPartial: Bool = false
    ) async throws -> ResumeToken? {
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
        if keepsPartial, let partial = try await partialReceive(of: volume, in: place) { return partial.token }
        switch place {
        // A first receive that was cut off may have left its part, whole or not.
        case .staging: try await discardStaging(volume)
        case .volume: try await discardPartial(of: volume)
        }
        return nil
    }

    /// Feeds `descriptor` to `zfs receive` until its end and returns the newest snapshot that is there then.
    ///
    /// - Parameters:
    ///   - expected: the GUID that the snapshot must have; nil when the caller checks it.
    ///   - tag: of a hold for the snapshot, so that no tool which destroys snapshots takes what the next stream begins with;
    ///     nil for none. One that fails is no error: when the snapshot is gone, that stream says so.
    /// - Throws: ``PloyzError`` `bad-stream` (ended early, damaged), `snapshot-mismatch`, `volume-full`,
    ///   `foreign-dataset`, `zfs-failed`. What had been received of the stream is kept for one that goes on, where this ZFS
    ///   can do that; else it is gone, except whole snapshots of a stream with intermediates.
    package func receiveProcess(
        _ volume: VolumeRef,
        into place: ReceivePlace,
        from descriptor: FileDescriptor,
        expecting expected: UInt64?,
        holding tag: HoldTag? = nil
    ) async throws -> VolumeSnapshot {
        let dataset = place == .staging ? layout.staging(of: volume) : layout.dataset(of: volume)
        if place == .volume { try await requireOurs(volume) }
        let lock = try await lock(volume, .exclusive)
        let arguments = ZFSArguments.receive(into: dataset, flags: try await receiveFlags(place))
        do {
            try await command.receive(arguments, from: descriptor, lock: lock)
        } catch let error as ZFSError {
            // A part that fills the pool would be in everybody's way.
            if error.complaint == .noSpace { try await abortReceive(into: dataset) }
            throw receiveError(error, volume, dataset)
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
        if let tag { _ = try? await command.runWhileBusy(.hold(dataset, newest.name, tag: tag.text)) }
        return newest
    }

    /// A first receive can be mounted by nobody and written by nobody until it is adopted. A volume that is there keeps its
    /// properties: our streams carry none.
    private func receiveFlags(_ place: ReceivePlace) async throws -> [String] {
        let abilities = try await abilities()
        var flags = abilities.has(.receiveResume) ? ["-s"] : []
        guard abilities.has(.receiveProperties) else { return flags }
        flags.append("-u")
        if place == .staging {
            let guards = [ZFSProperty.readonly(true), .canmount(.noauto)].flatMap { ["-o", $0.assignment] }
            flags += guards + ["-x", "mountpoint"]
        }
        return flags
    }

    private func receiveError(_ error: ZFSError, _ volume: VolumeRef, _ dataset: DatasetName) -> PloyzError {
        switch error.complaint {
        case .badStream:
            PloyzError(
                .badStream,
                "the stream for \(volume) ended early or was damaged: \(Self.withoutToken(error.message))",
                state: error.message.contains("Partially received snapshot is saved")
                    ? "what arrived is kept, and the next stream goes on from it" : "\(dataset) is as it was before",
                next: "repeat the command"
            )
        case .modified:
            PloyzError(
                .snapshotMismatch,
                "\(dataset) was written since its newest snapshot, so nothing can be added to it",
                state: "it is as it was before",
                next: "repeat the command: it takes the copy back to its snapshot first"
            )
        case .noSpace:
            PloyzError(
                .volumeFull,
                "no space for \(dataset): \(Self.withoutToken(error.message))",
                state: "what had arrived of the stream was removed",
                next: "free space in the pool, or raise a quota above it: zfs list -o space -r \(layout.root)"
            )
        case .notTheBase:
            PloyzError(
                .snapshotMismatch,
                "\(dataset) does not end with the snapshot that the stream starts from",
                state: "it is as it was before",
                next: "zfs list -r -t snapshot \(dataset); a tool that takes snapshots there is in the way"
            )
        case .partialReceive:
            PloyzError(
                .badStream,
                "\(dataset) has a part of another stream",
                state: "it is as it was before",
                next: "repeat the command: it throws that part away first"
            )
        default: error.error(about: dataset)
        }
    }

    /// `zfs receive -s` explains itself with the token, some 300 characters that help nobody who reads an error.
    private static func withoutToken(_ message: String) -> Substring {
        message.prefix(upTo: message.range(of: "; Partially received")?.lowerBound ?? message.endIndex)
    }
}
