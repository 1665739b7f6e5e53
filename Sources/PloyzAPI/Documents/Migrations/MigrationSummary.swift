package import Foundation
package import PloyzMigration
package import PloyzModel

/// One migration in a list: a row of `migrate ls`.
package struct MigrationSummary: Document {
    package let operation: OperationID
    package let instance: InstanceRef
    package let from: MachinePlace
    package let to: MachinePlace
    package let phase: MigrationPhase
    package let state: OperationRecord.State
    /// nil while it runs.
    package let outcome: MigrationOutcome?
    package let attempt: Int
    package let bytes: ByteCount
    package let downtime: Microseconds?
    package let startedAt: Date
    package let finishedAt: Date?

    package init(_ record: OperationRecord) {
        operation = record.id
        instance = record.instance
        from = record.from
        to = record.to
        phase = record.phase
        state = record.state
        outcome = record.outcome
        attempt = record.attempt
        bytes = record.totalBytes
        downtime = record.downtime
        startedAt = record.startedAt
        finishedAt = record.finishedAt
    }
}

/// What `migrate ls` prints, newest first.
package struct MigrationList: Document {
    package let migrations: [MigrationSummary]

    package init(migrations: [MigrationSummary]) { self.migrations = migrations }
}
