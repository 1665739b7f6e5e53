package import PloyzMigration
package import PloyzModel

/// The daemon's answer to a wish to cancel.
package struct CancelAnswer: Document {
    package enum Outcome: String, Codable, Hashable, Sendable, CaseIterable {
        /// The operation goes back: its events tell when the workload runs on the source again.
        case cancelling
        /// It had ended before, without a move.
        case ended
    }

    package let operation: OperationID
    package let outcome: Outcome

    package init(operation: OperationID, outcome: Outcome) {
        self.operation = operation
        self.outcome = outcome
    }
}

/// What `migrate cancel` prints: how the operation ended.
package struct MigrationCancellation: Document {
    package let operation: OperationID
    package let outcome: MigrationOutcome
    /// One sentence.
    package let message: String
    /// How long the workload stood still; nil when it never stopped.
    package let downtime: Microseconds?
    /// What arrived on the target and makes the next try shorter.
    package let kept: ByteCount

    /// - Throws: ``PloyzError`` `too-late` when the workload was moved all the same, `outcome-unknown` while nobody knows.
    package init(of operation: OperationID, report: MigrationReport) throws(PloyzError) {
        switch report.outcome {
        case .failed, .cancelled: break
        case .migrated, .cleanupPending, .alreadyThere:
            throw .tooLate(operation, movedTo: report.to, goBack: report.goBack)
        case .unknown:
            throw PloyzError(
                .undecided,
                report.message,
                state: "the workload is stopped on both machines until the store answers",
                next: "ployzctl migrate watch \(operation)"
            )
        }
        self.operation = operation
        outcome = report.outcome
        message = report.message
        downtime = report.downtime
        kept = report.bytes
    }
}

extension PloyzError {
    /// A migration cannot be cancelled any more.
    package static func tooLate(_ operation: OperationID, movedTo machine: MachinePlace?, goBack: String?) -> PloyzError
    {
        PloyzError(
            .tooLate,
            "\(operation) is committed: it cannot be cancelled any more",
            state: "the workload belongs to \(machine.map { "\($0)" } ?? "the target"); its previous copy is kept",
            next: goBack ?? "ployzctl migrate show \(operation)"
        )
    }
}

extension ErrorCode {
    /// The migration is committed.
    package static let tooLate = ErrorCode("too-late", exitStatus: 3)
}
