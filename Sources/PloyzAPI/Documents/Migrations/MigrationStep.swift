package import PloyzMigration
import PloyzModel

/// One step of a migration and how it stands: a line of `migrate show`.
package struct MigrationStep: Document {
    package enum Status: String, Codable, Hashable, Sendable, CaseIterable {
        case done
        case running
        case failed
        /// It was done and then taken back.
        case undone
        /// Its turn has not come, or never came.
        case notReached = "not-reached"
    }

    package let step: MigrationPhase
    package let status: Status
    /// What it did, in words; nil when there is nothing to tell.
    package let detail: String?

    package init(step: MigrationPhase, status: Status, detail: String? = nil) {
        self.step = step
        self.status = status
        self.detail = detail
    }
}

extension MigrationStep {
    /// The phases of a migration in which something is done, in their order.
    private static let order: [MigrationPhase] = [.prepare, .preCopy, .cutover, .commit, .switch, .cleanup]

    package static func steps(of record: OperationRecord) -> [MigrationStep] {
        order.filter { $0 != .preCopy || !record.plan.startsFirst }.map { step in
            MigrationStep(step: step, status: status(of: step, in: record), detail: detail(of: step, in: record))
        }
    }

    private static func status(of step: MigrationPhase, in record: OperationRecord) -> Status {
        switch record.outcome {
        case .migrated, .alreadyThere: return .done
        case .cleanupPending: return step == .cleanup ? .running : .done
        case .failed, .cancelled: return status(of: step, endedIn: furthest(record), ended: .failed, before: .undone)
        case .unknown: return status(of: step, endedIn: .commit, ended: .running, before: .done)
        case nil:
            guard record.phase != .abort else {
                return status(of: step, endedIn: furthest(record), ended: .failed, before: .running)
            }
            return status(of: step, endedIn: record.phase, ended: .running, before: .done)
        }
    }

    private static func status(
        of step: MigrationPhase,
        endedIn last: MigrationPhase,
        ended: Status,
        before: Status
    ) -> Status {
        let place = order.firstIndex(of: step) ?? 0
        let end = order.firstIndex(of: last) ?? (last == .done ? order.count : 0)
        return place < end ? before : place == end ? ended : .notReached
    }

    /// The last step of which the record has evidence, for one that was taken back.
    private static func furthest(_ record: OperationRecord) -> MigrationPhase {
        if order.contains(record.phase) { return record.phase }
        if record.measured.stop != nil || record.downtime != nil { return .cutover }
        return record.rounds.isEmpty ? .prepare : .preCopy
    }

    private static func detail(of step: MigrationPhase, in record: OperationRecord) -> String? {
        switch step {
        case .preCopy:
            let sent = record.rounds.filter { !$0.isLast }
            guard !sent.isEmpty else { return nil }
            let rounds = sent.map(\.number).max() ?? 0
            let bytes: ByteCount = sent.reduce(.zero) { $0 + $1.bytes }
            return "\(bytes) in \(rounds) round\(rounds == 1 ? "" : "s")"
        case .cutover:
            let parts: [DowntimePart] = [.stop, .fence, .delta, .start, .readiness]
            let told = parts.compactMap { part in record.measured[part].map { "\(part.rawValue) \($0)" } }
            return told.isEmpty ? nil : told.joined(separator: ", ")
        case .commit: return record.measured.commit?.description
        case .switch: return record.measured.switch?.description
        case .cleanup: return record.pending.isEmpty ? nil : record.pending.joined(separator: "; ")
        default: return nil
        }
    }
}
