package import PloyzModel

/// What a migration would do: what `preview` prints and what `apply` performs.
package struct MigrationPlan: Hashable, Sendable, Codable {
    package let service: ServiceRef
    package let instance: InstanceRef
    /// Everything that moves together, as the store had it when the plan was made.
    package let unit: MigrationUnit
    package let from: MachinePlace
    package let to: MachinePlace
    /// Whether the candidate is started, and ready, before the source stops: a unit without volumes.
    package let startsFirst: Bool
    package let volumes: [VolumePlan]
    package let images: [ImagePlan]
    /// Time in which the workload does not answer, by part.
    package let downtime: DowntimeParts<TimeEstimate>
    /// From the first step to the end of the cleanup.
    package let totalTime: TimeEstimate
    /// What the operator did not ask for and gets too: "shop/worker moves too: it shares the volume shop/uploads".
    package let notes: [String]
    /// What may surprise: "the first copy of shop/data is sent in full".
    package let warnings: [String]

    package init(
        service: ServiceRef,
        instance: InstanceRef,
        unit: MigrationUnit,
        from: MachinePlace,
        to: MachinePlace,
        startsFirst: Bool,
        volumes: [VolumePlan],
        images: [ImagePlan],
        downtime: DowntimeParts<TimeEstimate>,
        totalTime: TimeEstimate,
        notes: [String],
        warnings: [String]
    ) {
        self.service = service
        self.instance = instance
        self.unit = unit
        self.from = from
        self.to = to
        self.startsFirst = startsFirst
        self.volumes = volumes
        self.images = images
        self.downtime = downtime
        self.totalTime = totalTime
        self.notes = notes
        self.warnings = warnings
    }

    /// Bytes that cross the network before the stop.
    package var preCopyBytes: ByteCount { volumes.reduce(.zero) { $0 + $1.preCopy.bytes } }
}

/// What happens to one volume.
package struct VolumePlan: Hashable, Sendable, Codable {
    package let volume: VolumeRef
    /// What the dataset refers to now.
    package let size: ByteCount
    /// The newest snapshot that both sides have, by GUID; nil for a full first send.
    package let base: VolumeSnapshot?
    /// Whether the target has the dataset already: a previous copy, or what an interrupted try left.
    package let targetHasCopy: Bool
    /// Older snapshots that the first send carries too, because a previous copy on a third machine needs them, oldest
    /// first.
    package let carried: [VolumeSnapshot]
    /// Bytes that are sent while the workload runs, in all rounds but the last.
    package let preCopy: SizeEstimate
    /// Bytes that are sent while the workload is stopped.
    package let lastDelta: SizeEstimate
    /// Flags of every stream of this volume; absent in plans of earlier versions, which had none.
    package let flags: [StreamFlag]?
    /// What the target's copy is set to.
    package let settings: VolumeSettings?
    /// Where the key of an encrypted volume lies, on both machines.
    package let keyFile: KeyFile?
    /// Whether the first stream goes on from what the target has of it.
    package let resumes: Bool?

    package init(
        volume: VolumeRef,
        size: ByteCount,
        base: VolumeSnapshot?,
        targetHasCopy: Bool,
        carried: [VolumeSnapshot],
        preCopy: SizeEstimate,
        lastDelta: SizeEstimate,
        flags: [StreamFlag]? = nil,
        settings: VolumeSettings? = nil,
        keyFile: KeyFile? = nil,
        resumes: Bool? = nil
    ) {
        self.volume = volume
        self.size = size
        self.base = base
        self.targetHasCopy = targetHasCopy
        self.carried = carried
        self.preCopy = preCopy
        self.lastDelta = lastDelta
        self.flags = flags
        self.settings = settings
        self.keyFile = keyFile
        self.resumes = resumes
    }
}

/// An image that the target lacks and the source sends.
package struct ImagePlan: Hashable, Sendable, Codable {
    /// `sha256:…`.
    package let id: String
    /// The name in the manifest.
    package let name: String
    /// nil when the container engine does not tell.
    package let size: ByteCount?

    package init(id: String, name: String, size: ByteCount?) {
        self.id = id
        self.name = name
        self.size = size
    }
}
