import PloyzMigration

/// Schedules that find the mutants; each passes in the whole engine. `schedules mutants --hunt` looks for others when
/// the engine's calls have changed.
enum MutantSeeds {
    static func seeds(for mutant: Mutant) -> [String] { [known(mutant)].filter { !$0.isEmpty } }

    /// Parts of the calls at which a first fault can matter to the mutant; empty when all can.
    static func focus(of mutant: Mutant) -> [String] {
        switch mutant {
        case .commitWithoutDecision, .commitWithoutCandidate, .abortAssumedAfterSentCommit, .returningWhileCommitted,
            .recoveryForgetsTheCommit, .claimsNotRestored, .journalWrittenAfterAction, .candidateKeyKept:
            ["store.commit decisions/op1 #2", "peer.start"]
        case .tombstoneForgotten, .tombstoneNotDurable: ["peer.prepare", "peer.discard"]
        case .announcedAfterAll, .publishedAfterAll: ["apply store.commit"]
        case .snapshotNotCompared: ["transfer.send"]
        default: []
        }
    }

    private static func known(_ mutant: Mutant) -> String {
        switch mutant {
        // The source is back, and its target does not hear of it.
        case .sealLeftOpen: "two-volumes; m1/apply peer.start m2 #1 = answer-lost"
        // The target looks after its candidate while the source has no power.
        case .unsealWithoutDecision: "two-volumes; m2/start store.commit candidates/op1 #1 = source-loses-power"
        case .abortAssumedAfterSentCommit: "two-volumes; m1/apply store.commit decisions/op1 #2 = answer-lost"
        case .returningWhileCommitted: "two-volumes; m1/apply store.commit decisions/op1 #2 = answer-lost"
        case .recoveryForgetsTheCommit: "two-volumes; m1/apply store.commit decisions/op1 #2 = source-dies-after"
        case .journalWrittenAfterAction: "two-volumes; m1/apply store.commit decisions/op1 #2 = source-dies-after"
        // The commit is on its way while the next daemon starts and its abort gets no answer.
        case .claimsNotRestored:
            """
            two-volumes; m1/apply store.commit decisions/op1 #2 = dies-meanwhile; \
            m1/resume store.commit decisions/op1 #1 = hangs
            """
        // The commit arrives when the target has given its candidate up, and the source, which stood still, has not.
        case .commitWithoutCandidate, .candidateKeyKept:
            """
            two-volumes; m1/apply store.commit decisions/op1 #2 = very-late; \
            m1/apply store.commit decisions/op1 #3 = source-pauses
            """
        // The commit arrives after the abort, and before the route is written anew and the discard deletes the candidate's
        // key.
        case .commitWithoutDecision:
            """
            two-volumes; m1/apply store.commit decisions/op1 #2 = dies-meanwhile; \
            m1/resume store.get routes/10.101.1.10 #1 = hangs
            """
        case .commitWithoutRecords: "edited"
        // The preparation arrives between the discard and the abort.
        case .tombstoneForgotten:
            "two-volumes; m1/apply peer.prepare m2 #1 = late; m1/apply store.commit decisions/op1 #2 = hangs"
        // The same, and the target's daemon begins anew in between.
        case .tombstoneNotDurable:
            """
            way-back; m1/apply peer.prepare m2 #1 = late; m1/apply volumes.release shop/data #1 = target-dies-before; \
            m1/apply store.commit decisions/op1 #2 = hangs
            """
        case .announcedWithoutLock: "twice"
        case .announcedAfterAll: "two-volumes; m1/apply store.commit decisions/op1 #1 = very-late"
        case .publishedAfterAll: "two-volumes; m1/apply store.commit operations/op1 #1 = very-late"
        case .abortNotWritten: "two-volumes; m1/apply peer.prepare m2 #1 = fails"
        case .baseByName: "way-back"
        case .fenceSkipped: "two-volumes"
        case .copiedBeforeTheStop: "two-volumes"
        case .writtenNotChecked: "leaky-fence"
        case .snapshotNotCompared: "two-volumes; m1/apply transfer.send shop/data #4 = garbled"
        case .rollbackForgotten: "two-volumes; m1/apply store.commit decisions/op1 #2 = refuses"
        case .stampForgotten: "two-volumes"
        case .holdsForgotten: "two-volumes"
        case .foreignDestroyed: "two-volumes"
        case .parkingKept: "two-volumes; m1/apply store.commit decisions/op1 #2 = refuses"
        case .settleNotRepeated: "two-volumes; m1/apply peer.settle m2 #1 = source-loses-power"
        }
    }
}
