/// A volume of the cluster, as the store has it. The machine that ``owner`` names has the only copy that counts.
package struct VolumeRecord: Codable, Hashable, Sendable {
    package let ref: VolumeRef
    /// What the manifest asked for.
    package var spec: VolumeSpec
    package var owner: MachineID
    /// Grows with each change of ``owner``.
    package var epoch: Epoch
    /// Whether the owner has made the dataset. One that is missing later is an error, never made anew and empty.
    package var isCreated: Bool
    /// Flags of `zfs send` that the first send fixed for this volume's lineage; nil before the first send.
    package var sendFlags: [StreamFlag]?
    /// The copies that machines kept when the volume left them, at most one for a machine.
    package var previousCopies: [PreviousCopy]

    package init(
        ref: VolumeRef,
        spec: VolumeSpec,
        owner: MachineID,
        epoch: Epoch,
        isCreated: Bool = false,
        sendFlags: [StreamFlag]? = nil,
        previousCopies: [PreviousCopy] = []
    ) {
        self.ref = ref
        self.spec = spec
        self.owner = owner
        self.epoch = epoch
        self.isCreated = isCreated
        self.sendFlags = sendFlags
        self.previousCopies = previousCopies
    }
}

/// A fenced copy of a volume on a machine that no longer owns it.
package struct PreviousCopy: Codable, Hashable, Sendable {
    package var machine: MachineID
    /// The newest snapshot of that copy: the base of the way back. Every machine that the volume moves on to must
    /// receive it too.
    package var snapshot: SnapshotName
    package var guid: UInt64
    package var epoch: Epoch

    package init(machine: MachineID, snapshot: SnapshotName, guid: UInt64, epoch: Epoch) {
        self.machine = machine
        self.snapshot = snapshot
        self.guid = guid
        self.epoch = epoch
    }
}
