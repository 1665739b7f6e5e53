package import PloyzModel

extension PlanFacts {
    /// Asks this machine and the target side by side. Changes nothing on either.
    static func gather(
        unit: MigrationUnit,
        picture: ClusterPicture,
        target: MachineID,
        seams: MachineSeams,
        peer: @escaping PeerDirectory
    ) async throws -> PlanFacts {
        try await seams.time.within(seams.limits.peer * 2, "gathering what the plan depends on") {
            try await gatherUnbounded(unit: unit, picture: picture, target: target, seams: seams, peer: peer)
        }
    }

    private static func gatherUnbounded(
        unit: MigrationUnit,
        picture: ClusterPicture,
        target: MachineID,
        seams: MachineSeams,
        peer: @escaping PeerDirectory
    ) async throws -> PlanFacts {
        async let capability = seams.volumes?.capability()
        async let sizes = imageSizes(of: unit, seams: seams)
        let keys = try await keyFiles(of: unit, seams: seams)
        async let answer = targetFacts(unit, keys: keys, target: target, seams: seams, peer: peer)
        let drafts = try await sideBySide(unit.volumes) { record in
            guard let volumes = seams.volumes, let dataset = try await volumes.dataset(of: record.ref) else {
                return SourceVolume(record: record, dataset: nil, snapshots: [], holders: [], estimate: nil)
            }
            async let snapshots = volumes.snapshots(of: record.ref)
            async let holders = volumes.foreignHolders(of: record.ref)
            async let bookmarks = volumes.bookmarks(of: record.ref)
            async let settings = volumes.settings(of: record.ref)
            return try await SourceVolume(
                record: record,
                dataset: dataset,
                snapshots: snapshots,
                holders: holders,
                estimate: nil,
                bookmarks: bookmarks,
                settings: settings
            )
        }
        let said = await answer
        let known = try? said.get()
        let volumes = try await sideBySide(drafts) { draft in
            guard draft.dataset != nil, let volumes = seams.volumes else { return draft }
            let ref = draft.record.ref
            let theirs = known?.volumes.first { $0.volume == ref }
            var volume = draft
            if let partial = theirs?.partial {
                volume.resume = try await volumes.resumePoint(of: partial.token, for: ref)
            }
            let base = volume.choice(target: theirs, machine: target).base
            let flags = Lineage.flags(
                of: draft.record,
                base: base,
                encryption: draft.dataset?.encryption,
                source: try await volumes.capability(),
                target: known?.storage
            )
            volume.estimate = try await volumes.estimate(ref, from: base, to: nil, flags: flags)
            return volume
        }
        return try await PlanFacts(
            picture: picture,
            unit: unit,
            architecture: seams.architecture,
            storage: capability,
            volumes: volumes,
            imageSizes: sizes,
            target: said
        )
    }

    private static func targetFacts(
        _ unit: MigrationUnit,
        keys: [VolumeRef: KeyFile],
        target: MachineID,
        seams: MachineSeams,
        peer: @escaping PeerDirectory
    ) async -> Result<TargetFacts, PloyzError> {
        do {
            let facts = try await seams.time.within(seams.limits.peer, "asking the target") {
                try await peer(target).facts(TargetQuestion(unit: unit, keys: keys.isEmpty ? nil : keys))
            }
            return .success(facts)
        } catch {
            return .failure(PloyzError(wrapping: error))
        }
    }

    /// Where the keys of encrypted volumes lie here, which is where the target is asked for them.
    private static func keyFiles(of unit: MigrationUnit, seams: MachineSeams) async throws -> [VolumeRef: KeyFile] {
        guard let volumes = seams.volumes, try await volumes.capability().has(.sendRaw) else { return [:] }
        let found = try await sideBySide(unit.volumes) { record in
            (record.ref, try await volumes.dataset(of: record.ref)?.encryption?.keyFile)
        }
        return found.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }

    private static func imageSizes(of unit: MigrationUnit, seams: MachineSeams) async throws -> [String: ByteCount] {
        let images = Set(unit.members.map(\.instance.imageID)).sorted()
        let sizes = try await sideBySide(images) { try await seams.containers.imageSize($0) }
        var known: [String: ByteCount] = [:]
        for (image, size) in zip(images, sizes) { known[image] = size }
        return known
    }
}

/// The daemon of another machine.
package typealias PeerDirectory = @Sendable (MachineID) async throws -> any Peer
