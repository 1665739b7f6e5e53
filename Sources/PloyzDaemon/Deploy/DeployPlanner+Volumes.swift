import PloyzAPI
import PloyzMigration
import PloyzModel

extension DeployPlanner {
    /// Decides for each volume of the manifest where it is, and whether it is new or changed.
    mutating func planVolumes() {
        for spec in manifest.volumes {
            guard let record = picture.volume(ref(spec.name)) else { continue }
            planChange(of: record, to: spec)
        }
        for group in volumeGroups() { plan(group) }
    }

    private mutating func planChange(of record: VolumeRecord, to spec: VolumeSpec) {
        owners[record.ref] = record.owner
        var fixed: [String] = []
        if spec.scope != record.spec.scope {
            fixed.append("scope (\(record.spec.scope.rawValue) to \(spec.scope.rawValue))")
        }
        if spec.owner != record.spec.owner { fixed.append("owner (\(record.spec.owner) to \(spec.owner))") }
        if spec.mode != record.spec.mode { fixed.append("mode (\(record.spec.mode) to \(spec.mode))") }
        if !fixed.isEmpty {
            refuse(
                .volumeFixed,
                "\(record.ref) exists: it cannot change its \(fixed.joined(separator: ", "))",
                next: "keep what 'ployzctl volume ls' shows, or declare a new volume"
            )
        } else if spec.quota != record.spec.quota {
            var changed = record
            changed.spec.quota = spec.quota
            plan.volumes.append(changed)
            let before = record.spec.quota?.description ?? "none"
            note(
                .update,
                .volume,
                record.ref,
                on: record.owner,
                "quota \(before) to \(spec.quota?.description ?? "none")"
            )
        } else {
            note(.unchanged, .volume, record.ref, on: record.owner)
        }
    }

    /// Volumes, and the services that mount them, which must be on one machine.
    struct VolumeGroup {
        var volumes: Set<VolumeName>
        var services: Set<ServiceName>
    }

    /// The groups that the manifest touches, in the order of its volumes, then of its services.
    private func volumeGroups() -> [VolumeGroup] {
        let specs = servicesAfter
        var groups: [VolumeGroup] = []
        let starts = manifest.volumes.map { [$0.name] } + manifest.services.map(\.volumeNames)
        for start in starts where !start.isEmpty && !groups.contains(where: { !$0.volumes.isDisjoint(with: start) }) {
            var group = VolumeGroup(volumes: Set(start), services: [])
            var isComplete = false
            while !isComplete {
                let users = specs.filter { !group.volumes.isDisjoint(with: $0.value.volumeNames) }
                let volumes = group.volumes.union(users.values.flatMap(\.volumeNames))
                isComplete = users.count == group.services.count && volumes == group.volumes
                group = VolumeGroup(volumes: volumes, services: Set(users.keys))
            }
            groups.append(group)
        }
        return groups
    }

    private mutating func plan(_ group: VolumeGroup) {
        checkScopes(of: group)
        let made = manifest.volumes.filter { group.volumes.contains($0.name) && picture.volume(ref($0.name)) == nil }
        guard let machine = place(group, taking: made) else { return }
        for spec in made {
            let record = VolumeRecord(ref: ref(spec.name), spec: spec, owner: machine, epoch: .first)
            plan.volumes.append(record)
            note(.create, .volume, record.ref, on: machine, spec.quota.map { "quota \($0)" })
            plan.reliedOn.insert(.machine(machine))
        }
        for volume in group.volumes {
            owners[ref(volume)] = machine
            if !made.contains(where: { $0.name == volume }) { plan.reliedOn.insert(.volume(ref(volume))) }
        }
    }

    /// A volume of scope `single` that a service outside the manifest mounts is not shared by declaring another user.
    private mutating func checkScopes(of group: VolumeGroup) {
        let specs = servicesAfter
        for volume in group.volumes.sorted() {
            let spec = manifest.volumes.first { $0.name == volume } ?? picture.volume(ref(volume))?.spec
            guard spec?.scope == .single else { continue }
            let users = specs.values.filter { $0.volumeNames.contains(volume) }.map(\.name).sorted()
            // Two services of the manifest itself are its own rule.
            let outside = users.filter { user in !manifest.services.contains { $0.name == user } }
            guard users.count > 1, let user = outside.first else { continue }
            refuse(
                .volumeTaken,
                "\(ref(volume)) has the scope single and is mounted by \(ref(user)) already",
                next: "mount another volume"
            )
        }
    }

    /// The machine of a group: the one that has something of it already, or the best one. nil after a refusal.
    private mutating func place(_ group: VolumeGroup, taking made: [VolumeSpec]) -> MachineID? {
        var places: [MachineID: [String]] = [:]
        for volume in group.volumes.sorted() {
            if let record = picture.volume(ref(volume)) { places[record.owner, default: []].append("\(record.ref)") }
        }
        for service in group.services.sorted() {
            for instance in picture.instances(of: ref(service)) {
                places[instance.machine, default: []].append("\(instance.ref)")
            }
        }
        let subject = "\(ref(group.services.min().map(\.text) ?? group.volumes.min().map(\.text) ?? ""))"
        if places.count > 1 {
            let parts = places.map { "\($0.value.joined(separator: " and ")) on \(picture.cluster.name(of: $0.key))" }
            refuse(
                .placedApart,
                "what shares a volume must be on one machine, but there is \(parts.sorted().joined(separator: ", "))",
                next: "move one to the other with 'ployzctl migrate apply', then repeat"
            )
            return nil
        }
        let starting = manifest.services.count { spec in
            group.services.contains(spec.name) && picture.instances(of: ref(spec.name)).isEmpty
        }
        guard let pinned = places.keys.first else {
            if let machine = placer.candidates(needsStorage: true).first {
                placer.count(max(1, starting), on: machine.id)
                return machine.id
            }
            errors.append(placer.noPlace(for: subject, needsStorage: true))
            return nil
        }
        guard !made.isEmpty || starting > 0 else { return pinned }
        guard let machine = picture.cluster.machine(pinned), placer.refusal(machine, needsStorage: true) == nil else {
            let reason = picture.cluster.machine(pinned).flatMap { placer.refusal($0, needsStorage: true) }
            refuse(
                .noPlace,
                "\(subject) must be on \(picture.cluster.name(of: pinned)), where \(places[pinned]?.first ?? "it") is, "
                    + "but \(reason ?? "that machine has no record")",
                next: "ployzctl machine ls"
            )
            return nil
        }
        placer.count(starting, on: pinned)
        return pinned
    }

    private func ref(_ name: String) -> String { "\(manifest.namespace)/\(name)" }
}
