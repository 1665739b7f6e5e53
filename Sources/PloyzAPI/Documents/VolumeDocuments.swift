package import PloyzMigration
package import PloyzModel

/// A volume and where its copies are: a row of `volume ls`.
package struct VolumeSummary: Document {
    package let volume: VolumeRef
    package let scope: VolumeScope
    /// The machine with the only copy that counts.
    package let machine: MachinePlace
    package let epoch: Epoch
    package let quota: Capacity?
    /// What it and its snapshots take; nil when its machine did not answer.
    package let used: ByteCount?
    package let services: [ServiceRef]
    /// Machines that keep a copy from before the volume left them.
    package let previousCopies: [MachinePlace]

    package init(
        volume: VolumeRef,
        scope: VolumeScope,
        machine: MachinePlace,
        epoch: Epoch,
        quota: Capacity?,
        used: ByteCount?,
        services: [ServiceRef],
        previousCopies: [MachinePlace]
    ) {
        self.volume = volume
        self.scope = scope
        self.machine = machine
        self.epoch = epoch
        self.quota = quota
        self.used = used
        self.services = services
        self.previousCopies = previousCopies
    }
}

/// What `volume ls` prints.
package struct VolumeList: Document {
    package let volumes: [VolumeSummary]

    package init(volumes: [VolumeSummary]) { self.volumes = volumes }
}
