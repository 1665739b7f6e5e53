#if PLOYZ_MUTANTS
    import Synchronization
#endif

/// Ways to break the engine on purpose, which the schedules must find. A build without `-D PLOYZ_MUTANTS` has none:
/// each question is then the constant `false`.
package enum Mutant: String, Sendable, CaseIterable {
    // What keeps a candidate from being live.
    case sealLeftOpen = "seal-left-open"
    case unsealWithoutDecision = "unseal-without-decision"
    // What keeps the source from running beside it.
    case abortAssumedAfterSentCommit = "abort-assumed-after-sent-commit"
    case returningWhileCommitted = "returning-to-source-while-committed"
    case recoveryForgetsTheCommit = "recovery-forgets-the-commit"
    case journalWrittenAfterAction = "journal-written-after-action"
    case claimsNotRestored = "claims-not-restored"
    // What the commit compares.
    case commitWithoutCandidate = "commit-without-candidate-compare"
    case commitWithoutDecision = "commit-without-decision-compare"
    case commitWithoutRecords = "commit-without-record-compare"
    case candidateKeyKept = "discard-keeps-candidate-key"
    // What is remembered of the dead.
    case tombstoneForgotten = "tombstone-forgotten"
    case tombstoneNotDurable = "tombstone-not-durable"
    // What is announced and published.
    case announcedWithoutLock = "announced-without-lock-compare"
    case announcedAfterAll = "announced-without-absence-compare"
    case publishedAfterAll = "published-without-decision-compare"
    case abortNotWritten = "abort-not-written"
    // The data.
    case baseByName = "base-by-name"
    case fenceSkipped = "fence-skipped"
    case copiedBeforeTheStop = "last-delta-before-the-stop"
    case writtenNotChecked = "written-not-checked"
    case snapshotNotCompared = "received-snapshot-not-compared"
    case rollbackForgotten = "rollback-forgotten"
    case stampForgotten = "source-stamp-forgotten"
    case holdsForgotten = "holds-forgotten"
    case foreignDestroyed = "foreign-snapshots-pruned"
    // The end.
    case parkingKept = "parking-kept"
    case settleNotRepeated = "settle-not-repeated"

    #if PLOYZ_MUTANTS
        private static let current = Mutex<Mutant?>(nil)

        /// Breaks the engine in this way from now on; nil mends it.
        package static func activate(_ mutant: Mutant?) { current.withLock { $0 = mutant } }
        static func isActive(_ mutant: Mutant) -> Bool { current.withLock { $0 == mutant } }
        package static let areCompiledIn = true
    #else
        package static func activate(_ mutant: Mutant?) {}
        @inline(__always)
        static func isActive(_ mutant: Mutant) -> Bool { false }
        package static let areCompiledIn = false
    #endif
}
