package import Foundation
package import PloyzModel

/// One thing that happened in a migration: one line of `apply --json` and of `watch`.
package struct MigrationEvent: Hashable, Sendable, Codable {
    package let operation: OperationID
    /// 1 and up, without gaps within one run of the engine.
    package let number: Int
    package let date: Date
    /// Since this run of the engine began.
    package let elapsed: Microseconds
    package let content: Content

    package init(operation: OperationID, number: Int, date: Date, elapsed: Microseconds, content: Content) {
        self.operation = operation
        self.number = number
        self.date = date
        self.elapsed = elapsed
        self.content = content
    }

    package enum Content: Hashable, Sendable, Codable {
        /// The operation exists; always first.
        case started(plan: MigrationPlan, attempt: Int)
        case phaseChanged(phase: MigrationPhase)
        case progress(stream: StreamProgress)
        case roundDone(round: RoundRecord)
        case imageSent(image: String, bytes: ByteCount, time: Microseconds)
        /// The downtime begins.
        case workloadStopped(instance: InstanceRef)
        case candidateReady(report: StartReport)
        /// The point of no return.
        case committed
        /// The address answers on the target; the downtime is over.
        case switched(downtime: Microseconds)
        /// The workload runs on the source again.
        case returned(downtime: Microseconds)
        case note(text: String)
        /// Always last.
        case finished(result: MigrationResult)
    }
}

/// How far one stream is.
package struct StreamProgress: Hashable, Sendable, Codable {
    /// nil for an image.
    package let volume: VolumeRef?
    /// The image's ID; nil for a volume.
    package let image: String?
    /// The volume's round, 1 and up; 0 for an image.
    package let round: Int
    /// Bytes that the receiver has acknowledged.
    package let acknowledged: ByteCount
    /// nil when the size is not known.
    package let expected: ByteCount?
    /// Bytes in a second, over the whole stream so far.
    package let rate: ByteCount
    /// Time left at this rate; nil when it cannot be told.
    package let timeLeft: Microseconds?

    package init(
        volume: VolumeRef?,
        image: String?,
        round: Int,
        acknowledged: ByteCount,
        expected: ByteCount?,
        rate: ByteCount,
        timeLeft: Microseconds?
    ) {
        self.volume = volume
        self.image = image
        self.round = round
        self.acknowledged = acknowledged
        self.expected = expected
        self.rate = rate
        self.timeLeft = timeLeft
    }
}
