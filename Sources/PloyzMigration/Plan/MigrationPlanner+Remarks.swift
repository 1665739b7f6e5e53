import PloyzModel

/// What the preview says of volumes beside their sizes.
extension MigrationPlanner {
    /// What happens that nobody would ask about.
    func volumeNotes(_ target: TargetFacts?) -> [String] {
        facts.volumes.flatMap { volume -> [String] in
            let ref = volume.record.ref
            let theirs = target?.volumes.first { $0.volume == ref }
            let choice = volume.choice(target: theirs, machine: request.target)
            var notes: [String] = []
            if choice.resumes, let partial = theirs?.partial {
                notes.append(
                    "\(ref) goes on with a stream that was cut off: \(targetName) has \(partial.bytes) of it"
                )
            } else if let partial = theirs?.partial {
                notes.append(
                    "\(targetName) has \(partial.bytes) of a stream of \(ref) that nothing can go on from; they are thrown away"
                )
            }
            if choice.userSnapshots.carried > 0 {
                notes.append("\(ref) takes \(choice.userSnapshots.carried) snapshot(s) along that users made")
            }
            if flags(of: volume, base: choice.base, target: target).contains(.raw) {
                notes.append("\(ref) is sent encrypted as it is: \(targetName) needs its key only to run it")
            }
            if choice.base?.isBookmark == true {
                notes.append("\(ref) starts from a bookmark: its snapshot here is gone, and \(targetName) has it")
            }
            return notes
        }
    }

    /// What may surprise.
    func warnings(volumes: [VolumePlan], target: TargetFacts?) -> [String] {
        volumes.filter { $0.base == nil && $0.resumes != true }
            .map { "\($0.volume) is sent in full: the target has no copy to start from" }
            + facts.volumes.flatMap { carried(of: $0, target) + surprises(of: $0, target) }
    }

    private func carried(of volume: PlanFacts.SourceVolume, _ target: TargetFacts?) -> [String] {
        let theirs = target?.volumes.first { $0.volume == volume.record.ref }
        let choice = volume.choice(target: theirs, machine: request.target)
        let bases = choice.carried.count - choice.userSnapshots.carried - (choice.resumes ? 1 : 0)
        var found: [String] = []
        if bases > 0 {
            found.append("\(volume.record.ref) carries \(bases) older snapshot(s) that previous copies elsewhere need")
        }
        if choice.userSnapshots.left > 0 {
            found.append(
                "\(volume.record.ref) has more than \(BaseChoice.userLimit) snapshots that users made:"
                    + " the \(choice.userSnapshots.left) oldest stay here"
            )
        }
        return found
    }

    private func surprises(of volume: PlanFacts.SourceVolume, _ target: TargetFacts?) -> [String] {
        let ref = volume.record.ref
        var found: [String] = []
        let dropped = CarriedSettings(volume.settings, target: target?.storage).dropped
        if !dropped.isEmpty {
            found.append(
                "\(targetName) does not know \(dropped.joined(separator: ", ")) of \(ref): left at its default"
            )
        }
        if let origin = volume.dataset?.origin {
            found.append("\(ref) is a clone of \(origin): its copy is a full one, and what they share is sent too")
        }
        if let encryption = volume.dataset?.encryption, !encryption.isOwnRoot {
            let isRaw = flags(of: volume, base: nil, target: target).contains(.raw)
            found.append(
                isRaw
                    ? "\(ref) has its key from \(encryption.root); it cannot come back onto the copy here unless that one "
                        + "gets its own first: \(Self.changeKey(volume.dataset, encryption))"
                    : "\(ref) is encrypted here by \(encryption.root) alone, and arrives as \(targetName) encrypts"
            )
        }
        return found
    }

    /// The command that makes a dataset the root of its own encryption, with the key that it has.
    static func changeKey(_ dataset: VolumeDataset?, _ encryption: VolumeEncryption) -> String {
        let location = encryption.keyFile?.location ?? "file:///…"
        return "zfs change-key -o keyformat=\(encryption.keyFormat) -o keylocation=\(location)"
            + " \(dataset?.name.text ?? "…")"
    }
}
