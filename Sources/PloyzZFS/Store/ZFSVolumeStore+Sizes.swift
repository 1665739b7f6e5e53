package import PloyzMigration
package import PloyzModel

extension ZFSVolumeStore {
    package func written(_ volume: VolumeRef) async throws -> ByteCount {
        let dataset = layout.dataset(of: volume)
        let property = try await abilities().writtenProperty
        let table = try PropertyTable(
            try await perform(.get([property], of: [.dataset(dataset)]), on: dataset)
        )
        guard let bytes = table.bytes(dataset.text, property) else {
            throw PloyzError(.zfsFailed, "\(dataset) does not show how much was written since its newest snapshot")
        }
        return bytes
    }

    package func estimate(
        _ volume: VolumeRef,
        from base: VolumeSnapshot?,
        to snapshot: VolumeSnapshot?,
        flags: [StreamFlag]
    ) async throws -> SizeEstimate {
        let dataset = layout.dataset(of: volume)
        let isExact = try await abilities().has(.sendSize)
        guard let snapshot else {
            return try await currentEstimate(dataset, from: base, flags: flags, isExact: isExact)
        }
        if isExact, let bytes = try await sendSize(dataset, from: base, to: snapshot, flags: flags) {
            return SizeEstimate(bytes: bytes, quality: .exact)
        }
        return try await roughEstimate(dataset, from: base, to: snapshot, in: try await sizes(of: dataset))
    }

    /// Up to the dataset as it is now. ZFS tells the size of a stream between snapshots only ("Invalid argument" for a
    /// dataset): up to the newest one exactly, and what was written since. That one may be gone a moment after it was
    /// listed, where tools take and destroy snapshots.
    private func currentEstimate(
        _ dataset: DatasetName,
        from base: VolumeSnapshot?,
        flags: [StreamFlag],
        isExact: Bool
    ) async throws -> SizeEstimate {
        var table = try await sizes(of: dataset)
        for _ in 0..<(isExact ? 3 : 0) {
            guard let newest = snapshots(of: dataset, in: table).last, newest.creation >= base?.creation ?? 0 else {
                break
            }
            let written = table.number(dataset.text, try await abilities().writtenProperty) ?? 0
            do {
                let known =
                    newest.guid == base?.guid
                    ? ByteCount.zero : try await sendSize(dataset, from: base, to: newest, flags: flags)
                guard let known else { break }
                return SizeEstimate(bytes: known + ByteCount(written), quality: written == 0 ? .exact : .rough)
            } catch let error as PloyzError where error.code == .snapshotGone {
                table = try await sizes(of: dataset)
            }
        }
        return try await roughEstimate(dataset, from: base, to: nil, in: table)
    }

    private func sizes(of dataset: DatasetName) async throws -> PropertyTable {
        try await snapshotTable(dataset, also: ["referenced", "used", try await abilities().writtenProperty])
    }

    /// What `zfs send -nP` says; nil when that is no number.
    ///
    /// - Throws: `snapshot-gone` when either of the two is not there.
    private func sendSize(
        _ dataset: DatasetName,
        from base: VolumeSnapshot?,
        to snapshot: VolumeSnapshot,
        flags: [StreamFlag]
    ) async throws -> ByteCount? {
        let arguments = ZFSArguments.send(
            dataset,
            snapshot.name,
            from: base,
            intermediates: false,
            flags: flags,
            estimating: true
        )
        let named = "\(dataset)@\(snapshot.name)" + (base.map { ", or @\($0.name)" } ?? "")
        return SendSize.parse(try await perform(arguments, on: dataset, naming: named))
    }

    /// Without `send -nP`: growth, and what only snapshots since the base still refer to, which is what was rewritten or
    /// deleted; and for the dataset as it is now what was written since its newest snapshot.
    private func roughEstimate(
        _ dataset: DatasetName,
        from base: VolumeSnapshot?,
        to snapshot: VolumeSnapshot?,
        in table: PropertyTable
    ) async throws -> SizeEstimate {
        let end = snapshot.map { "\(dataset)@\($0.name)" } ?? dataset.text
        let referenced = table.number(end, "referenced") ?? 0
        guard let base else { return SizeEstimate(bytes: ByteCount(referenced), quality: .rough) }
        let between = snapshots(of: dataset, in: table).filter { candidate in
            candidate.creation >= base.creation && candidate.creation < snapshot?.creation ?? .max
        }
        let rewritten = between.reduce(UInt64(0)) { $0 + (table.number("\(dataset)@\($1.name)", "used") ?? 0) }
        let start = table.number("\(dataset)@\(base.name)", "referenced") ?? 0
        let growth = referenced > start ? referenced - start : 0
        let writtenProperty = try await abilities().writtenProperty
        let unsent = snapshot == nil ? table.number(dataset.text, writtenProperty) ?? 0 : 0
        return SizeEstimate(bytes: ByteCount(max(growth + rewritten, unsent)), quality: .rough)
    }
}
