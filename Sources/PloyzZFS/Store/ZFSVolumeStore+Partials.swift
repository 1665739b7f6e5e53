package import PloyzMigration
package import PloyzModel

/// What `zfs receive -s` keeps of a stream that was cut off: of a first one the staged dataset, incomplete; of a later one
/// a hidden clone below the volume, which changes nothing of the volume itself. Seen on OpenZFS 2.3.2: both are renamed and
/// rolled back like whole ones, so whoever takes a staged dataset for complete has to look.
extension ZFSVolumeStore {
    package func partialReceive(of volume: VolumeRef) async throws -> PartialReceive? {
        if let partial = try await partialReceive(of: volume, in: .volume) { return partial }
        return try await partialReceive(of: volume, in: .staging)
    }

    func partialReceive(of volume: VolumeRef, in place: ReceivePlace) async throws -> PartialReceive? {
        guard try await abilities().has(.receiveResume) else { return nil }
        let dataset = place == .staging ? layout.staging(of: volume) : layout.dataset(of: volume)
        guard let table = try await properties([Self.token, "usedbychildren", "used"], of: dataset) else { return nil }
        guard let token = table[dataset.text, Self.token].flatMap({ try? ResumeToken($0.value) }) else { return nil }
        let bytes = table.bytes(dataset.text, place == .staging ? "used" : "usedbychildren")
        return PartialReceive(token: token, bytes: bytes ?? .zero)
    }

    package func discardPartial(of volume: VolumeRef) async throws {
        guard try await abilities().has(.receiveResume) else { return }
        if try await properties(["type"], of: layout.staging(of: volume)) != nil,
            try await partialReceive(of: volume, in: .staging) != nil
        {
            try await discardStaging(volume)
        }
        guard try await dataset(of: volume)?.stamp != nil else { return }
        let lock = try await lock(volume, .exclusive)
        defer { withExtendedLifetime(lock) {} }
        try await abortReceive(into: layout.dataset(of: volume))
    }

    /// For who has the volume's lock.
    func abortReceive(into dataset: DatasetName) async throws {
        guard try await abilities().has(.receiveResume),
            try await properties([Self.token], of: dataset)?[dataset.text, Self.token]?.value != "-"
        else { return }
        do {
            try await command.runWhileBusy(.abortReceive(into: dataset))
        } catch let error as ZFSError where [.noPartialReceive, .doesNotExist].contains(error.complaint) {
            return
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
    }

    package func resumePoint(of token: ResumeToken, for volume: VolumeRef) async throws -> ResumePoint? {
        guard try await abilities().has(.receiveResume) else { return nil }
        let dataset = layout.dataset(of: volume)
        let text: String
        do {
            text = try await command.run(.examine(token))
        } catch let error as ZFSError where error.complaint != .unavailable && error.ending != .overdue {
            // Its snapshot is gone, or it is not a token.
            return nil
        } catch let error as ZFSError {
            throw error.error(about: dataset)
        }
        guard let report = ResumeReport(text), report.snapshot.hasPrefix(dataset.text + "@") else { return nil }
        // By the table, not by the token alone: the snapshot must be of this very volume.
        let own = try await snapshots(of: volume)
        guard own.contains(where: { $0.guid == report.point.guid && report.snapshot == "\(dataset)@\($0.name)" }) else {
            return nil
        }
        return report.point
    }

    private static let token = "receive_resume_token"
}
