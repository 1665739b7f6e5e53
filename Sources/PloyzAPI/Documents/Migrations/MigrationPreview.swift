package import PloyzMigration
package import PloyzModel

/// What `migrate preview` prints: what `apply` would do. Nothing was changed.
package struct MigrationPreview: Document {
    /// An instance that moves.
    package struct Member: Document {
        package let instance: InstanceRef
        package let image: String
        /// The address that moves with it.
        package let address: IPv4Address

        package init(instance: InstanceRef, image: String, address: IPv4Address) {
            self.instance = instance
            self.image = image
            self.address = address
        }
    }

    package struct Volume: Document {
        package let volume: VolumeRef
        /// What the dataset refers to now.
        package let size: ByteCount
        /// The snapshot that both machines have; nil for a full first send.
        package let base: SnapshotName?
        /// Sent while the workload runs.
        package let preCopy: SizeEstimate
        /// Sent while it is stopped.
        package let lastDelta: SizeEstimate

        package init(
            volume: VolumeRef,
            size: ByteCount,
            base: SnapshotName?,
            preCopy: SizeEstimate,
            lastDelta: SizeEstimate
        ) {
            self.volume = volume
            self.size = size
            self.base = base
            self.preCopy = preCopy
            self.lastDelta = lastDelta
        }
    }

    package struct Image: Document {
        package let id: String
        package let name: String
        package let size: ByteCount?

        package init(id: String, name: String, size: ByteCount?) {
            self.id = id
            self.name = name
            self.size = size
        }
    }

    package let instance: InstanceRef
    package let from: MachinePlace
    package let to: MachinePlace
    /// Whether the instance is on the target: `apply` would do nothing, and the rest is empty.
    package let alreadyThere: Bool
    /// Whether the new container is ready before the old one stops.
    package let startsFirst: Bool
    /// The instance that was asked for first.
    package let members: [Member]
    package let volumes: [Volume]
    /// Images that the target lacks and the source sends.
    package let images: [Image]
    package let downtime: [DowntimeForecast]
    package let totalDowntime: TimeEstimate
    package let totalTime: TimeEstimate
    /// What moves too, and why.
    package let notes: [String]
    package let warnings: [String]

    package init(
        instance: InstanceRef,
        from: MachinePlace,
        to: MachinePlace,
        alreadyThere: Bool,
        startsFirst: Bool,
        members: [Member],
        volumes: [Volume],
        images: [Image],
        downtime: [DowntimeForecast],
        totalDowntime: TimeEstimate,
        totalTime: TimeEstimate,
        notes: [String],
        warnings: [String]
    ) {
        self.instance = instance
        self.from = from
        self.to = to
        self.alreadyThere = alreadyThere
        self.startsFirst = startsFirst
        self.members = members
        self.volumes = volumes
        self.images = images
        self.downtime = downtime
        self.totalDowntime = totalDowntime
        self.totalTime = totalTime
        self.notes = notes
        self.warnings = warnings
    }
}

/// One part of the predicted downtime.
package struct DowntimeForecast: Document {
    package let part: DowntimePart
    package let predicted: TimeEstimate

    package init(part: DowntimePart, predicted: TimeEstimate) {
        self.part = part
        self.predicted = predicted
    }
}
