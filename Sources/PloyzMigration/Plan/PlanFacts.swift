package import PloyzModel

/// Everything that a plan depends on, gathered before anything is decided.
package struct PlanFacts: Hashable, Sendable {
    package struct SourceVolume: Hashable, Sendable {
        package var record: VolumeRecord
        /// nil when this machine has no dataset of that name.
        package var dataset: VolumeDataset?
        package var snapshots: [VolumeSnapshot]
        /// Processes outside our containers that hold the dataset.
        package var holders: [String]
        /// From the common base, or in full, up to now; nil when it could not be estimated.
        package var estimate: SizeEstimate?
        /// What is left of snapshots that are gone.
        package var bookmarks: [VolumeSnapshot]
        /// What somebody set on the dataset, and moves with it.
        package var settings: VolumeSettings
        /// Where the stream was cut off that the target has a part of; nil when it cannot go on.
        package var resume: ResumePoint?

        package init(
            record: VolumeRecord,
            dataset: VolumeDataset?,
            snapshots: [VolumeSnapshot],
            holders: [String],
            estimate: SizeEstimate?,
            bookmarks: [VolumeSnapshot] = [],
            settings: VolumeSettings = .none,
            resume: ResumePoint? = nil
        ) {
            self.record = record
            self.dataset = dataset
            self.snapshots = snapshots
            self.holders = holders
            self.estimate = estimate
            self.bookmarks = bookmarks
            self.settings = settings
            self.resume = resume
        }

        func choice(target: TargetFacts.Volume?, machine: MachineID) -> BaseChoice {
            BaseChoice(
                source: snapshots,
                bookmarks: bookmarks,
                target: target?.snapshots ?? [],
                record: record,
                targetMachine: machine,
                resume: resume
            )
        }
    }

    package var picture: ClusterPicture
    package var unit: MigrationUnit
    package var architecture: String
    /// nil when the source has no ZFS.
    package var storage: StorageCapability?
    package var volumes: [SourceVolume]
    /// By image ID; images of unknown size are missing.
    package var imageSizes: [String: ByteCount]
    /// What the target said, or why it said nothing.
    package var target: Result<TargetFacts, PloyzError>

    package init(
        picture: ClusterPicture,
        unit: MigrationUnit,
        architecture: String,
        storage: StorageCapability?,
        volumes: [SourceVolume],
        imageSizes: [String: ByteCount],
        target: Result<TargetFacts, PloyzError>
    ) {
        self.picture = picture
        self.unit = unit
        self.architecture = architecture
        self.storage = storage
        self.volumes = volumes
        self.imageSizes = imageSizes
        self.target = target
    }
}
