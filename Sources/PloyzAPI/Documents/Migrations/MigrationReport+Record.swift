import Foundation
package import PloyzMigration
import PloyzModel

extension MigrationReport {
    package init(_ result: MigrationResult) {
        guard let record = result.record else {
            self.init(outcome: result.outcome, message: result.message, error: result.error)
            return
        }
        self.init(record, outcome: result.outcome, message: result.message, error: result.error ?? record.error)
    }

    /// The report of an operation from its history; nil while it runs.
    package init?(_ record: OperationRecord) {
        guard let outcome = record.outcome else { return nil }
        self.init(record, outcome: outcome, message: Self.sentence(record, outcome), error: record.error)
    }

    private init(outcome: MigrationOutcome, message: String, error: PloyzError?) {
        self.init(
            operation: nil,
            outcome: outcome,
            message: message,
            instance: nil,
            from: nil,
            to: nil,
            address: nil,
            parts: [],
            predictedDowntime: nil,
            downtime: nil,
            totalTime: nil,
            bytes: .zero,
            volumes: [],
            previousCopies: nil,
            goBack: nil,
            pending: [],
            error: error.map(ErrorDocument.init)
        )
    }

    private init(_ record: OperationRecord, outcome: MigrationOutcome, message: String, error: PloyzError?) {
        let moved = outcome == .migrated || outcome == .cleanupPending
        self.init(
            operation: record.id,
            outcome: outcome,
            message: message,
            instance: record.instance,
            from: record.from,
            to: record.to,
            address: record.plan.unit.members.first { $0.instance.ref == record.instance }?.instance.address,
            parts: DowntimePart.allCases.map { part in
                Part(part: part, predicted: record.predicted[part], measured: record.measured[part])
            },
            predictedDowntime: record.predicted.total,
            downtime: record.downtime,
            totalTime: record.finishedAt.map { finish in
                Microseconds(.seconds(finish.timeIntervalSince(record.startedAt)))
            },
            bytes: record.totalBytes,
            volumes: record.plan.volumes.map { Volume($0.volume, rounds: record.rounds) },
            previousCopies: moved && !record.plan.volumes.isEmpty ? record.from : nil,
            goBack: moved ? Self.wayBack(record) : nil,
            pending: record.pending,
            error: error.map(ErrorDocument.init)
        )
    }

    private static func wayBack(_ record: OperationRecord) -> String {
        let instance =
            record.request.instance == nil && record.request.from == nil
            ? "" : " --instance \(record.instance.index)"
        return "ployzctl migrate apply \(record.service) --to \(record.from.name)\(instance)"
    }

    private static func sentence(_ record: OperationRecord, _ outcome: MigrationOutcome) -> String {
        switch outcome {
        case .migrated: "\(record.instance) runs on \(record.to)"
        case .cleanupPending: "\(record.instance) runs on \(record.to); cleanup pending"
        case .alreadyThere: "already on \(record.to)"
        case .failed: "\(record.instance) runs on \(record.from), as before"
        case .cancelled: "\(record.instance) runs on \(record.from), as before: the migration was cancelled"
        case .unknown: "it is not known yet whether \(record.instance) runs on \(record.from) or \(record.to)"
        }
    }
}

extension MigrationReport.Volume {
    init(_ volume: VolumeRef, rounds: [RoundRecord]) {
        let ours = rounds.filter { $0.volume == volume }
        self.init(
            volume: volume,
            rounds: ours.count,
            bytes: ours.reduce(.zero) { $0 + $1.bytes },
            lastDelta: ours.filter(\.isLast).reduce(.zero) { $0 + $1.bytes }
        )
    }
}
