/// Where a migration is. The phases up to ``commit`` can be undone; from ``switch`` on it only goes forward.
package enum MigrationPhase: String, Hashable, Sendable, Codable, CaseIterable {
    case plan
    case prepare
    case preCopy = "pre-copy"
    case cutover
    case commit
    case `switch`
    case cleanup
    /// The way back, after a failure or a cancel before the commit.
    case abort
    /// Nothing is left to do, whichever way it ended.
    case done
}
