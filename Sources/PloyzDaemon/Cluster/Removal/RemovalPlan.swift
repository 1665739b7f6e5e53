import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// What it takes to remove a machine, and what is in the way.
struct RemovalPlan: Sendable {
    let machine: MachineRecord
    /// Each with the command that moves it; empty when the machine can be removed.
    var obstacles: [PloyzError] = []
    /// Volumes that only this machine has.
    var lostVolumes: [LostVolume] = []
    /// Instances whose records go with the machine.
    var removedInstances: [InstanceRef] = []
    /// Volumes of other machines of which it has a previous copy.
    var forgottenCopies: [VolumeRef] = []
    /// Migrations from or to the machine that are under way.
    var endedMigrations: [OperationID] = []
    /// To be committed in this order; the last takes the machine out. All but the last may be repeated, and there are
    /// several only when one transaction cannot hold everything.
    var transactions: [StoreTransaction] = []

    func document(removedAt date: Date?) -> MachineRemoval {
        MachineRemoval(
            machine: MachinePlace(machine),
            removedAt: date,
            lostVolumes: lostVolumes,
            removedInstances: removedInstances,
            forgottenCopies: forgottenCopies,
            endedMigrations: endedMigrations
        )
    }
}
