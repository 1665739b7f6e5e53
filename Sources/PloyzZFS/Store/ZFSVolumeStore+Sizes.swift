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
        to snapshot: VolumeSnapshot?
    ) async throws -> SizeEstimate {
        let abilities = try await abilities()
        let dataset = layout.dataset(of: volume)
        if let snapshot, abilities.has(.sendSize) {
            let size = ZFSArguments.send(
                dataset,
                snapshot.name,
                from: base?.name,
                intermediates: base != nil,
                flags: ["-nP"]
            )
            if let bytes = SendSize.parse(try await perform(size, on: dataset)) {
                return SizeEstimate(bytes: bytes, quality: .exact)
            }
        }
        let table = try await snapshotTable(dataset, also: ["referenced", "used", abilities.writtenProperty])
        let end = snapshot.map { "\(dataset)@\($0.name)" } ?? dataset.text
        let referenced = table.number(end, "referenced") ?? 0
        guard let base else { return SizeEstimate(bytes: ByteCount(referenced), quality: .rough) }
        // Without `send -nP`: growth, and what only snapshots since the base still refer to, which is what was
        // rewritten or deleted; and for the dataset as it is now what was written since its newest snapshot.
        let between = snapshots(of: dataset, in: table).filter { candidate in
            candidate.creation >= base.creation && candidate.creation < snapshot?.creation ?? .max
        }
        let rewritten = between.reduce(UInt64(0)) { $0 + (table.number("\(dataset)@\($1.name)", "used") ?? 0) }
        let start = table.number("\(dataset)@\(base.name)", "referenced") ?? 0
        let growth = referenced > start ? referenced - start : 0
        let unsent = snapshot == nil ? table.number(dataset.text, abilities.writtenProperty) ?? 0 : 0
        return SizeEstimate(bytes: ByteCount(max(growth + rewritten, unsent)), quality: .rough)
    }
}
