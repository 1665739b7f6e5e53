package import Foundation
package import PloyzMigration
package import PloyzModel

/// One thing that happened in a migration: a line of `apply --json` and `watch --json`.
package struct MigrationNotice: Document {
    package let operation: OperationID
    /// 1 and up within one run of the operation.
    package let number: Int
    package let date: Date
    /// Since this run of the operation began.
    package let elapsed: Microseconds
    package let content: Content

    package init(operation: OperationID, number: Int, date: Date, elapsed: Microseconds, content: Content) {
        self.operation = operation
        self.number = number
        self.date = date
        self.elapsed = elapsed
        self.content = content
    }

    /// What happened; in JSON an object with the case's name as its one key.
    package enum Content: Codable, Hashable, Sendable {
        /// Always first.
        case started(preview: MigrationPreview, attempt: Int)
        case phaseChanged(phase: MigrationPhase)
        case progress(stream: StreamProgress)
        case roundDone(round: Round)
        case imageSent(image: String, bytes: ByteCount, time: Microseconds)
        /// The downtime begins.
        case workloadStopped(instance: InstanceRef)
        case candidateReady(report: StartReport)
        /// The point of no return.
        case committed
        /// The address answers on the target.
        case switched(downtime: Microseconds)
        /// The workload runs on the source again.
        case returned(downtime: Microseconds)
        case note(text: String)
        /// Always last.
        case finished(report: MigrationReport)
    }

    /// One stream of one volume that arrived.
    package struct Round: Document {
        package let volume: VolumeRef
        /// 1 and up; each volume counts its own.
        package let number: Int
        /// nil for a full send.
        package let base: SnapshotName?
        package let snapshot: SnapshotName
        package let bytes: ByteCount
        package let time: Microseconds
        /// Whether it was sent while the workload was stopped.
        package let isLast: Bool

        package init(_ round: RoundRecord) {
            volume = round.volume
            number = round.number
            base = round.base?.name
            snapshot = round.snapshot.name
            bytes = round.bytes
            time = round.time
            isLast = round.isLast
        }
    }

    /// The report, when this is the last line.
    package var report: MigrationReport? {
        if case .finished(let report) = content { report } else { nil }
    }
}

extension MigrationNotice {
    /// What is published of an event.
    package init(_ event: MigrationEvent) {
        self.init(
            operation: event.operation,
            number: event.number,
            date: event.date,
            elapsed: event.elapsed,
            content: Content(event.content)
        )
    }
}

extension MigrationNotice.Content {
    init(_ content: MigrationEvent.Content) {
        self =
            switch content {
            case .started(let plan, let attempt): .started(preview: MigrationPreview(plan), attempt: attempt)
            case .phaseChanged(let phase): .phaseChanged(phase: phase)
            case .progress(let stream): .progress(stream: stream)
            case .roundDone(let round): .roundDone(round: MigrationNotice.Round(round))
            case .imageSent(let image, let bytes, let time): .imageSent(image: image, bytes: bytes, time: time)
            case .workloadStopped(let instance): .workloadStopped(instance: instance)
            case .candidateReady(let report): .candidateReady(report: report)
            case .committed: .committed
            case .switched(let downtime): .switched(downtime: downtime)
            case .returned(let downtime): .returned(downtime: downtime)
            case .note(let text): .note(text: text)
            case .finished(let result): .finished(report: MigrationReport(result))
            }
    }
}
