import PloyzModel

extension MigrationPlanner {
    /// Every reason not to begin, found together.
    func refusals() -> [PloyzError] {
        var found: [PloyzError] = []
        found += servicesRefusals()
        found += machineRefusals()
        switch facts.target {
        case .failure(let error):
            found.append(
                PloyzError(
                    .targetUnreachable,
                    "\(targetName) does not answer: \(error.message)",
                    next: "ployzctl machine ls"
                )
            )
            found += sourceRefusals()
        case .success(let target):
            found += sourceRefusals()
            found += targetRefusals(target)
        }
        return found
    }

    var targetName: String { facts.picture.name(of: request.target) }

    private func servicesRefusals() -> [PloyzError] {
        facts.unit.members.flatMap { member -> [PloyzError] in
            var found: [PloyzError] = []
            let service = member.service.ref
            if member.service.spec.placement == .global {
                found.append(
                    PloyzError(
                        .globalService,
                        "\(service) is placed on every machine (global): there is nothing to move"
                    )
                )
            }
            for mount in member.service.spec.template.mounts {
                guard case .bind(let path) = mount.source else { continue }
                found.append(
                    PloyzError(
                        .bindMount,
                        "\(service) binds \(path) of its machine, which a migration cannot move",
                        next: "use a volume instead"
                    )
                )
            }
            if member.instance.machine != instance.machine {
                found.append(
                    PloyzError(.notTheOwner, "\(member.instance.ref) shares a volume but is placed on another machine")
                )
            }
            return found
        }
    }

    private func machineRefusals() -> [PloyzError] {
        guard let target = facts.picture.machine(request.target) else {
            return [PloyzError(.unknownMachine, "there is no machine '\(request.target)'", next: "ployzctl machine ls")]
        }
        guard target.lifecycle != .active, request.takesTargetForActive != true else { return [] }
        return [
            PloyzError(
                .targetDraining,
                "\(target.name) is \(target.lifecycle.rawValue): it takes nothing new",
                next: "ployzctl machine activate \(target.name)"
            )
        ]
    }

    private func sourceRefusals() -> [PloyzError] {
        facts.volumes.flatMap { volume -> [PloyzError] in
            var found: [PloyzError] = []
            let ref = volume.record.ref
            if volume.record.owner != instance.machine {
                found.append(
                    PloyzError(.notTheOwner, "\(ref) is owned by \(facts.picture.name(of: volume.record.owner))")
                )
            } else if volume.dataset?.stamp?.volume != ref || volume.dataset?.stamp?.state != .live {
                found.append(
                    PloyzError(
                        .volumeNotHere,
                        "the live dataset of \(ref) is not on \(facts.picture.name(of: instance.machine))",
                        next: "ployzctl volume ls"
                    )
                )
            }
            for holder in volume.holders {
                found.append(
                    PloyzError(
                        .foreignHolder,
                        "\(holder) on \(facts.picture.name(of: instance.machine)) has \(ref) mounted",
                        next: "end that process or unmount it there, then repeat"
                    )
                )
            }
            return found
        }
    }

    private func targetRefusals(_ target: TargetFacts) -> [PloyzError] {
        var found = target.obstacles.map { PloyzError(.obstacleOnTarget, "\(targetName): \($0)") }
        if target.architecture != facts.architecture {
            found.append(
                PloyzError(
                    .architectureDiffers,
                    "\(targetName) is \(target.architecture), the source is \(facts.architecture): its image cannot run there"
                )
            )
        }
        for port in target.foreignListeners {
            found.append(
                PloyzError(
                    .portTaken,
                    "something else listens on port \(port.port)/\(port.protocol.rawValue) of \(targetName)",
                    next: "ss -lntup on \(targetName)"
                )
            )
        }
        guard !facts.unit.isStateless else { return found }
        guard let storage = target.storage else {
            return found + [PloyzError(.targetWithoutStorage, "\(targetName) has no ZFS, and the service has volumes")]
        }
        found += featureRefusals(storage, target)
        found += settingRefusals(storage)
        found += encryptionRefusals(target)
        found += facts.volumes.flatMap { refusals(of: $0, target: target) }
        found += spaceRefusals(target)
        return found
    }

    private func refusals(of volume: PlanFacts.SourceVolume, target: TargetFacts) -> [PloyzError] {
        let ref = volume.record.ref
        guard let theirs = target.volumes.first(where: { $0.volume == ref }), let dataset = theirs.dataset else {
            return []
        }
        guard let stamp = dataset.stamp, stamp.volume == ref else {
            return [
                PloyzError(
                    .foreignDatasetOnTarget,
                    "\(targetName) has a dataset \(dataset.name) that this system did not make",
                    state: "it was not touched",
                    next: "rename or destroy it yourself, then repeat"
                )
            ]
        }
        let choice = volume.choice(target: theirs, machine: request.target)
        if choice.base == nil {
            return [
                PloyzError(
                    .foreignDatasetOnTarget,
                    "\(targetName) keeps a copy of \(ref), \(dataset.name), that has no snapshot in common with the live one",
                    state: "it was not touched",
                    next: "destroy that copy on \(targetName) if you do not need it, then repeat"
                )
            ]
        }
        return choice.inTheWay.map { snapshot in
            PloyzError(
                .foreignSnapshot,
                "\(dataset.name)@\(snapshot.name) on \(targetName) is newer than the common snapshot and is not ours",
                state: "it was not touched",
                next:
                    "on \(targetName): zfs destroy \(dataset.name)@\(snapshot.name), if you do not need it, then repeat"
            )
        }
    }

    private func spaceRefusals(_ target: TargetFacts) -> [PloyzError] {
        let needed = facts.volumes.reduce(ByteCount.zero) { sum, volume in
            let theirs = target.volumes.first { $0.volume == volume.record.ref }
            // A full copy takes what the source's takes on disk, compressed, not the size of the stream.
            guard theirs?.dataset == nil else { return sum + (volume.estimate?.bytes ?? .zero) }
            let takesSnapshots = volume.choice(target: theirs, machine: request.target).userSnapshots.carried > 0
            let bytes = (takesSnapshots ? volume.dataset?.used : volume.dataset?.referenced) ?? .zero
            // What a stream that was cut off has brought is there already.
            let arrived = theirs?.partial?.bytes ?? .zero
            return sum + (bytes > arrived ? ByteCount(bytes.bytes - arrived.bytes) : .zero)
        }
        guard needed > target.availableSpace else { return [] }
        return [
            PloyzError(
                .notEnoughSpace,
                "the volumes need \(needed) on \(targetName), which has \(target.availableSpace) left",
                next: "free space on \(targetName) or choose another machine"
            )
        ]
    }
}
