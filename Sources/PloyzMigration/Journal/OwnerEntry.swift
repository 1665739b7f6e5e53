package import PloyzModel

/// Everything that the owner of a migration must remember across a crash.
package struct OwnerEntry: Hashable, Sendable, Codable {
    /// A hold of this operation; written down before it is made.
    package struct Hold: Hashable, Sendable, Codable {
        package let volume: VolumeRef
        package let snapshot: SnapshotName
    }

    package var record: OperationRecord
    package var machine: MigrationStateMachine
    package var holds: [Hold]
    /// The newest snapshot of each volume that the target is known to have.
    package var arrived: [VolumeRef: VolumeSnapshot]
    /// The snapshot that was taken behind the fence; what the target starts from.
    package var last: [VolumeRef: VolumeSnapshot]
    /// The last pre-copy round that was begun.
    package var round: Int

    package init(record: OperationRecord) {
        self.record = record
        machine = MigrationStateMachine(startsFirst: record.plan.startsFirst)
        holds = []
        arrived = [:]
        last = [:]
        round = 0
    }

    /// Whether whoever keeps workloads running must leave this unit's alone.
    ///
    /// Not when the operation went back and only the target or the store are to be told; not even when the workload could
    /// not be started again, because then that is who starts it. But while a commit is not settled: the source's container
    /// of a service without volumes goes on serving until the address has moved.
    var holdsInstances: Bool { machine.state != .ended || machine.isCommitted && !machine.deferred.isEmpty }

    var unit: MigrationUnit { record.plan.unit }

    /// The name of a pre-copy round's snapshot, for example `ployz-00af…-1-3`; unique to operation, attempt and round.
    func snapshotName(round: String) throws -> SnapshotName {
        let digits = record.id.text.dropFirst(OperationIDKind.prefix.count + 1)
        return try SnapshotName("\(SnapshotName.prefix)\(digits)-\(record.attempt)-\(round)")
    }
}

extension SnapshotName {
    /// The operation and the round that a snapshot of ours was taken for; nil when the name does not tell.
    package var origin: (operation: OperationID, round: String)? {
        let parts = text.dropFirst(Self.prefix.count).split(separator: "-")
        guard isOurs, parts.count == 3, let operation = try? OperationID("\(OperationIDKind.prefix)-\(parts[0])") else {
            return nil
        }
        return (operation, String(parts[2]))
    }
}
