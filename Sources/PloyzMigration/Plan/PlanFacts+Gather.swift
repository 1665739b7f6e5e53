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
        async let answer = targetFacts(unit, target: target, seams: seams, peer: peer)
        let drafts = try await sideBySide(unit.volumes) { record in
            guard let volumes = seams.volumes, let dataset = try await volumes.dataset(of: record.ref) else {
                return SourceVolume(record: record, dataset: nil, snapshots: [], holders: [], estimate: nil)
            }
            async let snapshots = volumes.snapshots(of: record.ref)
            async let holders = volumes.foreignHolders(of: record.ref)
            return try await SourceVolume(
                record: record,
                dataset: dataset,
                snapshots: snapshots,
                holders: holders,
                estimate: nil
            )
        }
        let said = await answer
        let known = try? said.get()
        let volumes = try await sideBySide(drafts) { draft in
            guard draft.dataset != nil, let volumes = seams.volumes else { return draft }
            let theirs = known?.volumes.first { $0.volume == draft.record.ref }?.snapshots ?? []
            let choice = BaseChoice(
                source: draft.snapshots,
                target: theirs,
                record: draft.record,
                targetMachine: target
            )
            var volume = draft
            volume.estimate = try await volumes.estimate(draft.record.ref, from: choice.base, to: nil)
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
        target: MachineID,
        seams: MachineSeams,
        peer: @escaping PeerDirectory
    ) async -> Result<TargetFacts, PloyzError> {
        do {
            let facts = try await seams.time.within(seams.limits.peer, "asking the target") {
                try await peer(target).facts(TargetQuestion(unit: unit))
            }
            return .success(facts)
        } catch {
            return .failure(PloyzError(wrapping: error))
        }
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
