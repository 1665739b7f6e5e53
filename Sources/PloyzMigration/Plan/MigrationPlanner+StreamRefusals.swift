import PloyzModel

/// What cannot be sent, received or opened with the ZFS at hand.
extension MigrationPlanner {
    /// The flags of a lineage are fixed by its first send: both ends must know them.
    func featureRefusals(_ storage: StorageCapability, _ target: TargetFacts) -> [PloyzError] {
        facts.volumes.flatMap { volume -> [PloyzError] in
            let theirs = target.volumes.first { $0.volume == volume.record.ref }
            let base = volume.choice(target: theirs, machine: request.target).base
            let flags = flags(of: volume, base: base, target: target)
            let here = facts.picture.name(of: instance.machine)
            let ends = [(targetName, storage)] + (facts.storage.map { [(here, $0)] } ?? [])
            let found = ends.flatMap { name, storage in
                Lineage.missing(flags, on: storage).map { feature in
                    PloyzError(
                        .missingFeature,
                        "the ZFS of \(name) lacks \(feature), with which \(volume.record.ref) is sent"
                            + (volume.record.sendFlags == nil ? "" : " since its first move"),
                        next: "choose another machine, or update ZFS there (zpool upgrade for pool features)"
                    )
                }
            }
            return found + mixedRefusals(volume, flags, theirs)
        }
    }

    /// Raw streams and others of one dataset must not be mixed, in either direction.
    private func mixedRefusals(
        _ volume: PlanFacts.SourceVolume,
        _ flags: [StreamFlag],
        _ theirs: TargetFacts.Volume?
    ) -> [PloyzError] {
        let isRaw = flags.contains(.raw)
        if isRaw, volume.dataset != nil, volume.dataset?.encryption == nil {
            return [
                PloyzError(
                    .lineageDiffers,
                    "\(volume.record.ref) was sent encrypted before, and is not encrypted any more",
                    next: "destroy its previous copies if you do not need them: ployzctl volume ls"
                )
            ]
        }
        guard isRaw, let copy = theirs?.dataset, copy.stamp != nil, copy.encryption == nil else { return [] }
        return [
            PloyzError(
                .lineageDiffers,
                "\(volume.record.ref) is encrypted, and its copy \(copy.name) on \(targetName) is not",
                state: "it was not touched",
                next: "destroy that copy on \(targetName) if you do not need it, then repeat"
            )
        ]
    }

    /// Settings that programs would miss.
    func settingRefusals(_ storage: StorageCapability) -> [PloyzError] {
        facts.volumes.flatMap { volume in
            CarriedSettings(volume.settings, target: storage).refused.map { setting in
                PloyzError(
                    .missingFeature,
                    "the ZFS of \(targetName) does not know \(setting), which is set on \(volume.record.ref)",
                    next: "choose another machine, or take it back: zfs inherit"
                        + " \(setting.prefix { $0 != "=" }) \(volume.dataset?.name.text ?? "")"
                )
            }
        }
    }

    /// A target that could receive an encrypted volume, but not run it.
    func encryptionRefusals(_ target: TargetFacts) -> [PloyzError] {
        facts.volumes.flatMap { volume -> [PloyzError] in
            let ref = volume.record.ref
            let theirs = target.volumes.first { $0.volume == ref }
            let base = volume.choice(target: theirs, machine: request.target).base
            guard let encryption = volume.dataset?.encryption,
                flags(of: volume, base: base, target: target).contains(.raw)
            else { return [] }
            var found: [PloyzError] = []
            let copy = theirs?.dataset.flatMap { $0.stamp == nil ? nil : $0 }
            if let copy, let theirs = copy.encryption, !theirs.isOwnRoot {
                // openzfs#12614: what arrives would be locked with a key that the root there does not have.
                found.append(
                    PloyzError(
                        .inheritedKey,
                        "\(copy.name) on \(targetName) has its key from \(theirs.root), and a raw stream would lock it",
                        state: "it was not touched",
                        next: "on \(targetName): \(Self.changeKey(copy, theirs)), then repeat"
                    )
                )
            }
            guard copy?.encryption?.isLoaded != true else { return found }
            guard let file = encryption.keyFile else {
                found.append(
                    PloyzError(
                        .keyFileMissing,
                        "the key of \(ref) lies in no file (keylocation of \(encryption.root)), so \(targetName) could not"
                            + " open it",
                        next: "zfs set keylocation=file:///… \(encryption.root), and put the key there on both machines"
                    )
                )
                return found
            }
            if theirs?.hasKeyFile != true {
                found.append(
                    PloyzError(
                        .keyFileMissing,
                        "\(targetName) has no file \(file.path), which holds the key of \(ref)",
                        next: "put the key there on \(targetName), readable by root alone, then repeat"
                    )
                )
            }
            return found
        }
    }
}
