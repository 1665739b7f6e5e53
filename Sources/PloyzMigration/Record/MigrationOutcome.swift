/// How a migration ended, or how it stands when its end is not known.
package enum MigrationOutcome: String, Hashable, Sendable, Codable, CaseIterable {
    /// The workload runs on the target and nothing is left to do.
    case migrated
    /// The workload runs on the target; the source still has something to clean up, and goes on trying.
    case cleanupPending = "cleanup-pending"
    /// It was on the target already; nothing was done.
    case alreadyThere = "already-there"
    /// The workload runs on the source, as before.
    case failed
    /// The same, because somebody cancelled.
    case cancelled
    /// The commit was sent and the store does not answer: the workload is stopped on both until it does.
    case unknown

    /// The command's exit status.
    package var exitCode: Int32 {
        switch self {
        case .migrated, .alreadyThere: 0
        case .failed, .cancelled: 1
        case .cleanupPending: 4
        case .unknown: 5
        }
    }
}
