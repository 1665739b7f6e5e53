package import PloyzModel

/// Decides what comes next. Pure: events in, one action out; everything else is the runner's.
///
/// The value is what the journal keeps. The runner saves it before it performs ``action``, so an entry that is read after
/// a crash tells how far things can have come: ``recover()`` goes on from there with the same events and actions.
///
///     going ──▶ … ──▶ commit ──▶ settling ──▶ ended
///       │                │
///       │ failed         │ no answer
///       ▼                ▼
///     returning ◀── deciding        (deciding ──▶ settling when the commit did happen)
package struct MigrationStateMachine: Hashable, Sendable, Codable {
    package enum State: Hashable, Sendable, Codable {
        /// Before the commit, performing this step.
        case going(MigrationStep)
        /// The commit was sent and its answer was lost. The workload stands still on both machines.
        case deciding
        /// Aborted, durably: these undos are left, the first is being made.
        case returning([MigrationStep])
        /// Committed: these steps are left, the first is being performed.
        case settling([MigrationStep])
        case ended
    }

    package enum Action: Hashable, Sendable {
        case perform(MigrationStep)
        /// Find out, by writing, whether it is committed or aborted.
        case decide
        case undo(MigrationStep)
        case settle(MigrationStep)
        case end(MigrationOutcome)
    }

    package enum Commitment: Hashable, Sendable {
        case committed
        /// Nothing was written and nothing will be.
        case refused(PloyzError)
        /// It may have happened, or may still happen.
        case unknown(PloyzError)
    }

    package private(set) var state: State
    /// Why it goes back; nil while it goes forward.
    package private(set) var failure: PloyzError?
    /// What this run could not do and left to the next.
    package private(set) var deferred: [MigrationStep]
    /// Whether a commit was ever sent. Durable before the first byte of it.
    package private(set) var commitWasSent: Bool
    package private(set) var isCommitted: Bool
    private let line: [MigrationStep]

    package init(startsFirst: Bool) {
        line = MigrationStep.line(startsFirst: startsFirst)
        state = .going(.announce)
        failure = nil
        deferred = []
        commitWasSent = false
        isCommitted = false
    }

    package var action: Action {
        switch state {
        case .going(let step): .perform(step)
        case .deciding: .decide
        case .returning(let steps): steps.first.map { .undo($0) } ?? .end(outcome)
        case .settling(let steps): steps.first.map { .settle($0) } ?? .end(outcome)
        case .ended: .end(outcome)
        }
    }

    /// Whether the state must be durable before ``action`` is performed.
    ///
    /// In the downtime every write of the journal is waited for, so one that recovery would not miss is left out: an entry
    /// that stands at the stop leads back from anywhere in the cutover, and one that stands at the commit leads forward.
    package var isIntentNeeded: Bool {
        switch action {
        case .perform(.fence), .perform(.lastDelta), .perform(.startCandidate): false
        case .settle(.switchOver): false
        case .end: false
        case .perform, .decide, .undo, .settle: true
        }
    }

    package var outcome: MigrationOutcome {
        switch (isCommitted, failure) {
        case (true, _): deferred.isEmpty ? .migrated : .cleanupPending
        case (false, let failure?):
            state == .deciding ? .unknown : failure.code == .migrationCancelled ? .cancelled : .failed
        case (false, nil): .unknown
        }
    }

    /// The phase that people see.
    package var phase: MigrationPhase {
        switch state {
        case .going(let step): step.phase
        case .deciding: .commit
        case .returning: .abort
        case .settling(let steps): steps.first?.phase ?? .cleanup
        case .ended: .done
        }
    }

    /// Steps that were performed or may have been.
    private var begun: [MigrationStep] {
        guard case .going(let step) = state, let index = line.firstIndex(of: step) else { return line }
        return Array(line[...index])
    }

    // MARK: Events before the commit

    package mutating func succeeded(_ step: MigrationStep) {
        guard case .going(step) = state, let index = line.firstIndex(of: step), index + 1 < line.count else { return }
        state = .going(line[index + 1])
        if line[index + 1] == .commit { commitWasSent = true }
    }

    /// A step before the commit failed: the workload goes back. What the step left half done is undone with the rest.
    package mutating func failed(_ step: MigrationStep, _ error: PloyzError) {
        guard case .going(step) = state, step != .commit else { return }
        goBack(error)
    }

    /// The intent to commit could not be made durable: the commit was not sent.
    package mutating func couldNotSendCommit(_ error: PloyzError) {
        guard case .going(.commit) = state else { return }
        commitWasSent = false
        goBack(error)
    }

    // MARK: The commit

    /// What became of the commit, or of the search for what became of it.
    package mutating func decided(_ commitment: Commitment) {
        switch state {
        case .going(.commit), .deciding: break
        default: return
        }
        switch commitment {
        case .committed:
            isCommitted = true
            failure = nil
            state = .settling(line.filter { [.switchOver, .retireSource, .conclude].contains($0) })
        case .refused(let error):
            goBack(error)
        case .unknown(let error):
            if Mutant.isActive(.abortAssumedAfterSentCommit) { return goBack(error) }
            failure = error
            state = .deciding
        }
    }

    private mutating func goBack(_ error: PloyzError) {
        let undo = MigrationStep.undoing(begun)
        failure = error
        state = .returning(undo)
    }

    // MARK: Events after the decision

    /// The first undo, or the first step after the commit, is done.
    package mutating func finished(_ step: MigrationStep) {
        switch state {
        case .returning(let steps) where steps.first == step: state = .returning(Array(steps.dropFirst()))
        case .settling(let steps) where steps.first == step: state = .settling(Array(steps.dropFirst()))
        default: break
        }
    }

    /// The same could not be done in this run.
    ///
    /// Undos do not depend on each other. After the commit they do: the source is not retired, and the operation not
    /// concluded, before the address has moved.
    package mutating func postponed(_ step: MigrationStep) {
        switch state {
        case .returning(let steps) where steps.first == step:
            deferred.append(step)
            state = .returning(Array(steps.dropFirst()))
        case .settling(let steps) where steps.first == step:
            deferred += steps
            state = .settling([])
        default: break
        }
    }

    package mutating func end() { state = .ended }

    // MARK: After a crash

    /// The daemon found this entry when it started, or takes up what a run left.
    ///
    /// Before the commit was sent, an open entry means: back to the source. Nobody else can have committed it.
    package mutating func recover() {
        switch state {
        case .going(.commit) where !Mutant.isActive(.recoveryForgetsTheCommit): state = .deciding
        case .going: goBack(PloyzError(.interrupted, "the daemon of the source ended in the middle of the migration"))
        case .deciding, .returning, .settling: break
        // The record in the store says what was left to do: once that is done, it is written again.
        case .ended:
            let conclusion: [MigrationStep] = deferred.isEmpty ? [] : [.announce]
            // A workload that could not be started again was left, with the claim, to whoever keeps workloads running.
            // A start from here could come in the middle of a later migration, behind its fence.
            if !isCommitted { deferred.removeAll { $0 == .stop } }
            state = isCommitted ? .settling(deferred) : .returning(deferred + conclusion)
        }
        guard !deferred.isEmpty else { return }
        switch state {
        case .returning(let steps): state = .returning(MigrationStep.undoing(steps + deferred))
        case .settling(let steps): state = .settling(line.filter { (steps + deferred).contains($0) })
        case .going, .deciding, .ended: break
        }
        deferred = []
    }
}
