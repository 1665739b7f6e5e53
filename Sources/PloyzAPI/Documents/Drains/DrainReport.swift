package import Foundation
package import PloyzMigration
package import PloyzModel

/// The plan of a drain, or how it stands: what `machine drain --dry-run` prints, what `--migrate` and `--return` follow,
/// and the table that they end with.
package struct DrainReport: Document {
    package enum State: String, Codable, Hashable, Sendable, CaseIterable {
        /// Nothing was changed.
        case planned
        case running
        case ended
    }

    /// One migration unit.
    package struct Move: Document {
        package let instance: InstanceRef
        /// What moves with it.
        package let others: [InstanceRef]
        package let volumes: [VolumeRef]
        package let from: MachinePlace
        /// nil when no machine takes it.
        package let to: MachinePlace?
        package let state: DrainMove.State
        /// What its volumes refer to.
        package let size: ByteCount
        /// What is to cross the network, volumes and images.
        package let bytes: SizeEstimate
        package let time: TimeEstimate
        package let downtime: TimeEstimate
        package let operation: OperationID?
        /// What was sent; nil until it has moved.
        package let sent: ByteCount?
        package let measuredTime: Microseconds?
        /// nil until it has moved, and when it never stood still.
        package let measuredDowntime: Microseconds?
        package let error: ErrorDocument?
        package let note: String?
    }

    /// nil for a plan that was only shown.
    package let id: DrainID?
    package let machine: MachinePlace
    package let direction: DrainRecord.Direction
    package let state: State
    /// How many migrations may run at once.
    package let parallel: Int
    /// In the order in which they begin.
    package let moves: [Move]
    /// Of all moves together; a sum is as good as its worst part.
    package let bytes: SizeEstimate
    /// With ``parallel`` at once.
    package let time: TimeEstimate
    /// The sum of what each unit stands still.
    package let downtime: TimeEstimate
    /// What was sent so far.
    package let sent: ByteCount
    /// Why no more moves are begun, when the drain was ended.
    package let note: String?
    /// What the command exits with once it has ended: 1 when something is not where it should be.
    package let exitStatus: Int32
    package let startedAt: Date?
    package let finishedAt: Date?
}

extension DrainReport {
    package init(_ record: DrainRecord, isPlanned: Bool = false) {
        let coming = record.moves.filter { !$0.isMissed && $0.state != .gone }
        self.init(
            id: isPlanned ? nil : record.id,
            machine: record.machine,
            direction: record.direction,
            state: isPlanned ? .planned : record.state == .running ? .running : .ended,
            parallel: record.request.parallel,
            moves: record.moves.map(Move.init),
            bytes: coming.reduce(SizeEstimate(bytes: .zero, quality: .exact)) { sum, move in
                SizeEstimate(bytes: sum.bytes + move.bytes.bytes, quality: min(sum.quality, move.bytes.quality))
            },
            time: DrainSchedule(coming, parallel: record.request.parallel).time,
            downtime: coming.reduce(TimeEstimate(.zero, .exact)) { sum, move in
                TimeEstimate(sum.time + move.downtime.time, min(sum.quality, move.downtime.quality))
            },
            sent: record.moves.reduce(.zero) { $0 + ($1.sent ?? .zero) },
            note: record.note,
            exitStatus: !isPlanned && record.moves.contains(where: \.isMissed) ? 1 : 0,
            startedAt: isPlanned ? nil : record.startedAt,
            finishedAt: record.finishedAt
        )
    }
}

extension DrainReport.Move {
    init(_ move: DrainMove) {
        self.init(
            instance: move.instance,
            others: Array(move.members.dropFirst()),
            volumes: move.volumes,
            from: move.from,
            to: move.to,
            state: move.state,
            size: move.size,
            bytes: move.bytes,
            time: move.time,
            downtime: move.downtime,
            operation: move.operation,
            sent: move.sent,
            measuredTime: move.measuredTime,
            measuredDowntime: move.measuredDowntime,
            error: [.failed, .stays].contains(move.state) ? move.error.map(ErrorDocument.init) : nil,
            note: move.note
        )
    }
}
