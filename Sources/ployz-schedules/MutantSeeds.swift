import PloyzMigration

/// Schedules that are known to find the mutants. `schedules mutants --hunt` looks for others when the engine's calls have changed.
enum MutantSeeds {
    static func seeds(for mutant: Mutant) -> [String] { known[mutant] ?? [] }

    /// Parts of the calls at which a first fault can matter to the mutant; empty when all can.
    static func focus(of mutant: Mutant) -> [String] {
        switch mutant {
        case .commitWithoutDecision, .commitWithoutCandidate, .abortAssumedAfterSentCommit, .returningWhileCommitted,
            .recoveryForgetsTheCommit, .claimsNotRestored, .journalWrittenAfterAction, .candidateKeyKept:
            ["store.commit decisions/op1 #2", "store.commit decisions/op2 #2", "peer.start"]
        case .tombstoneForgotten, .tombstoneNotDurable: ["peer.prepare", "peer.discard"]
        case .announcedAfterAll, .publishedAfterAll: ["apply store.commit"]
        case .snapshotNotCompared: ["transfer.send"]
        default: []
        }
    }

    private static let known: [Mutant: [String]] = [:]
}
