package import PloyzMigration
package import PloyzModel

/// How a migration ended: the last line of `apply --json` and `watch --json`, and the table that `apply` ends with.
package struct MigrationReport: Document {
    /// One part of the downtime, predicted beside measured.
    package struct Part: Document {
        package let part: DowntimePart
        package let predicted: TimeEstimate
        /// nil when the migration did not come that far.
        package let measured: Microseconds?

        package init(part: DowntimePart, predicted: TimeEstimate, measured: Microseconds?) {
            self.part = part
            self.predicted = predicted
            self.measured = measured
        }
    }

    package struct Volume: Document {
        package let volume: VolumeRef
        package let rounds: Int
        package let bytes: ByteCount
        /// Of them, what was sent while the workload was stopped.
        package let lastDelta: ByteCount

        package init(volume: VolumeRef, rounds: Int, bytes: ByteCount, lastDelta: ByteCount) {
            self.volume = volume
            self.rounds = rounds
            self.bytes = bytes
            self.lastDelta = lastDelta
        }
    }

    package let operation: OperationID?
    package let outcome: MigrationOutcome
    package let exitStatus: Int32
    /// One sentence.
    package let message: String
    package let instance: InstanceRef?
    package let from: MachinePlace?
    package let to: MachinePlace?
    /// The instance's address; it is the same before and after.
    package let address: IPv4Address?
    package let parts: [Part]
    package let predictedDowntime: TimeEstimate?
    /// From the stop signal until the address answered again; nil when the workload never stopped.
    package let downtime: Microseconds?
    /// From the first to the last step; nil while it is not known.
    package let totalTime: Microseconds?
    package let bytes: ByteCount
    package let volumes: [Volume]
    /// The machine that keeps a fenced copy of each volume from before the move.
    package let previousCopies: MachinePlace?
    /// The command that moves it back.
    package let goBack: String?
    /// What is still to be cleaned up, in words.
    package let pending: [String]
    package let error: ErrorDocument?

    package init(
        operation: OperationID?,
        outcome: MigrationOutcome,
        message: String,
        instance: InstanceRef?,
        from: MachinePlace?,
        to: MachinePlace?,
        address: IPv4Address?,
        parts: [Part],
        predictedDowntime: TimeEstimate?,
        downtime: Microseconds?,
        totalTime: Microseconds?,
        bytes: ByteCount,
        volumes: [Volume],
        previousCopies: MachinePlace?,
        goBack: String?,
        pending: [String],
        error: ErrorDocument?
    ) {
        self.operation = operation
        self.outcome = outcome
        self.exitStatus = outcome.exitCode
        self.message = message
        self.instance = instance
        self.from = from
        self.to = to
        self.address = address
        self.parts = parts
        self.predictedDowntime = predictedDowntime
        self.downtime = downtime
        self.totalTime = totalTime
        self.bytes = bytes
        self.volumes = volumes
        self.previousCopies = previousCopies
        self.goBack = goBack
        self.pending = pending
        self.error = error
    }
}
