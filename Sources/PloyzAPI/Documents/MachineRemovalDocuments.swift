package import Foundation
package import PloyzMigration
package import PloyzModel

/// Asks for `machine rm`.
package struct MachineRemovalRequest: Document {
    /// ID, name or any address of the machine.
    package let machine: String
    /// For a machine that is dead: what is on it is given up.
    package let force: Bool
    /// The volumes whose loss the operator accepts, with ``force``: all that are lost must be named.
    package let yesLose: [VolumeRef]
    /// Only tells what would be done.
    package let isPreview: Bool

    package init(machine: String, force: Bool = false, yesLose: [VolumeRef] = [], isPreview: Bool = false) {
        self.machine = machine
        self.force = force
        self.yesLose = yesLose
        self.isPreview = isPreview
    }
}

/// What `machine rm` prints.
package struct MachineRemoval: Document {
    package let machine: MachinePlace
    /// nil for a preview.
    package let removedAt: Date?
    /// Volumes that only the machine had.
    package let lostVolumes: [LostVolume]
    /// Instances that left the records with the machine.
    package let removedInstances: [InstanceRef]
    /// Volumes of other machines of which it had a previous copy; the datasets stay on its disk.
    package let forgottenCopies: [VolumeRef]
    /// Migrations from or to it that were under way.
    package let endedMigrations: [OperationID]

    package init(
        machine: MachinePlace,
        removedAt: Date?,
        lostVolumes: [LostVolume],
        removedInstances: [InstanceRef],
        forgottenCopies: [VolumeRef],
        endedMigrations: [OperationID]
    ) {
        self.machine = machine
        self.removedAt = removedAt
        self.lostVolumes = lostVolumes
        self.removedInstances = removedInstances
        self.forgottenCopies = forgottenCopies
        self.endedMigrations = endedMigrations
    }
}

/// A volume that is lost with its machine.
package struct LostVolume: Document {
    /// The newest previous copy on another machine.
    package struct Copy: Document {
        package let machine: MachinePlace
        package let snapshot: SnapshotName
        /// When the migration ended that left it; nil when its record is gone.
        package let date: Date?

        package init(machine: MachinePlace, snapshot: SnapshotName, date: Date?) {
            self.machine = machine
            self.snapshot = snapshot
            self.date = date
        }
    }

    package let volume: VolumeRef
    /// What it took at its last migration; nil when it never moved.
    package let size: ByteCount?
    package let services: [ServiceRef]
    /// nil when no other machine has any of it.
    package let lastCopy: Copy?

    package init(volume: VolumeRef, size: ByteCount?, services: [ServiceRef], lastCopy: Copy?) {
        self.volume = volume
        self.size = size
        self.services = services
        self.lastCopy = lastCopy
    }
}
