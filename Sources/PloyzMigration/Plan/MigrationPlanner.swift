package import PloyzModel

/// Decides, from facts alone, whether a migration can be made and what it would do.
package struct MigrationPlanner: Sendable {
    let request: MigrationRequest
    let instance: InstanceRecord
    let facts: PlanFacts

    /// Plans a move of `instance`, which is what `request` means in the picture of `facts`.
    ///
    /// - Throws: one ``PloyzError`` that carries every refusal at once.
    package static func plan(
        _ request: MigrationRequest,
        instance: InstanceRecord,
        facts: PlanFacts
    ) throws(PloyzError) -> MigrationPlan {
        let planner = MigrationPlanner(request: request, instance: instance, facts: facts)
        if let refusal = PloyzError.all(planner.refusals()) { throw refusal }
        guard let from = facts.picture.machine(instance.machine), let to = facts.picture.machine(request.target) else {
            throw PloyzError(.unknownMachine, "there is no machine '\(request.target)'")
        }
        return planner.draft(from: MachinePlace(from), to: MachinePlace(to))
    }

    private func draft(from: MachinePlace, to: MachinePlace) -> MigrationPlan {
        let history = MigrationHistory(
            facts.picture.operations,
            service: request.service,
            from: from.id,
            to: to.id
        )
        let target = try? facts.target.get()
        let volumes = facts.volumes.map { plan(of: $0, target: target, history: history) }
        let missing = Set(target?.missingImages ?? [])
        var images: [ImagePlan] = []
        for member in facts.unit.members where missing.contains(member.instance.imageID) {
            guard !images.contains(where: { $0.id == member.instance.imageID }) else { continue }
            images.append(
                ImagePlan(
                    id: member.instance.imageID,
                    name: member.service.spec.template.image,
                    size: facts.imageSizes[member.instance.imageID]
                )
            )
        }
        let lastDelta = volumes.map(\.lastDelta).max { $0.bytes < $1.bytes }
        let downtime = history.downtime(of: facts.unit, lastDelta: lastDelta)
        return MigrationPlan(
            service: request.service,
            instance: instance.ref,
            unit: facts.unit,
            from: from,
            to: to,
            startsFirst: facts.unit.isStateless,
            volumes: volumes,
            images: images,
            downtime: downtime,
            totalTime: history.totalTime(volumes: volumes, images: images, downtime: downtime),
            notes: notes() + continuations(volumes) + volumeNotes(target),
            warnings: warnings(volumes: volumes, target: target)
        )
    }

    private func plan(
        of volume: PlanFacts.SourceVolume,
        target: TargetFacts?,
        history: MigrationHistory
    ) -> VolumePlan {
        let theirs = target?.volumes.first { $0.volume == volume.record.ref }
        let choice = volume.choice(target: theirs, machine: request.target)
        let settings = CarriedSettings(volume.settings, target: target?.storage).settings
        return VolumePlan(
            volume: volume.record.ref,
            size: volume.dataset?.referenced ?? .zero,
            base: choice.base,
            targetHasCopy: theirs?.dataset != nil,
            carried: choice.carried,
            preCopy: preCopy(of: volume, choice),
            lastDelta: history.lastDelta(of: volume.record.ref),
            flags: flags(of: volume, base: choice.base, target: target),
            settings: settings == .none ? nil : settings,
            keyFile: volume.dataset?.encryption?.keyFile,
            resumes: choice.resumes ? true : nil
        )
    }

    func flags(of volume: PlanFacts.SourceVolume, base: VolumeSnapshot?, target: TargetFacts?) -> [StreamFlag] {
        Lineage.flags(
            of: volume.record,
            base: base,
            encryption: volume.dataset?.encryption,
            source: facts.storage,
            target: target?.storage
        )
    }

    /// With what snapshots on the way, and a part that has arrived, add and take.
    private func preCopy(of volume: PlanFacts.SourceVolume, _ choice: BaseChoice) -> SizeEstimate {
        let estimate =
            volume.estimate ?? SizeEstimate(bytes: volume.dataset?.referenced ?? .zero, quality: .rough)
        if choice.resumes, let left = volume.resume?.bytes, left < estimate.bytes {
            return SizeEstimate(bytes: left, quality: .rough)
        }
        guard choice.base == nil, !choice.carried.isEmpty, let used = volume.dataset?.used, used > estimate.bytes else {
            return estimate
        }
        return SizeEstimate(bytes: used, quality: .rough)
    }

    private func notes() -> [String] {
        let asked = facts.unit.members.first
        return facts.unit.members.dropFirst().map { member in
            let shared = Set(member.service.spec.volumeNames)
                .intersection(asked.map { Set($0.service.spec.volumeNames) } ?? [])
            let names = shared.sorted().map { "\(member.service.ref.namespace)/\($0)" }
            let reason =
                names.isEmpty ? "it shares volumes that move" : "it shares the volume \(names.joined(separator: ", "))"
            return "\(member.instance.ref.service) moves too: \(reason)"
        }
    }

    /// What an earlier try left, and this one goes on from.
    private func continuations(_ volumes: [VolumePlan]) -> [String] {
        volumes.compactMap { volume in
            guard let origin = volume.base?.name.origin,
                let earlier = facts.picture.operations.first(where: { $0.id == origin.operation }),
                earlier.state == .aborted
            else { return nil }
            return "\(volume.volume) goes on from round \(origin.round) of \(origin.operation), which did not end well"
        }
    }
}
