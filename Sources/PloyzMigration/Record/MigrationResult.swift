package import PloyzModel

/// How `apply` ended: the last event, and what decides the exit status.
package struct MigrationResult: Hashable, Sendable, Codable {
    package let outcome: MigrationOutcome
    /// 0 done, 1 failed, 4 cleanup pending, 5 unknown.
    package let exitCode: Int32
    /// One sentence: "shop/redis runs on m2", "already on m2".
    package let message: String
    /// nil when nothing was done because the instance is on the target already.
    package let record: OperationRecord?
    package let error: PloyzError?

    package init(outcome: MigrationOutcome, message: String, record: OperationRecord?, error: PloyzError? = nil) {
        self.outcome = outcome
        self.exitCode = outcome.exitCode
        self.message = message
        self.record = record
        self.error = error
    }
}
