import PloyzModel

/// Performs what the state machine decides, and saves the state before every action: intent first.
///
/// One task owns one runner. What steps do side by side, child tasks do with copies of what they need.
struct MigrationRunner: Sendable {
    let seams: MachineSeams
    let transfer: any Transfer
    let peer: PeerDirectory
    let cancelSignal: CancelSignal
    let events: EventEmitter
    var entry: OwnerEntry

    /// Whether this run began with an entry that another run left.
    let isResumed: Bool
    /// When the stop signal was sent, on this machine's monotonic clock; nil before, and after a crash.
    var stoppedAt: Duration?
    /// What ``MigrationStep/arm`` made ready for the cutover.
    var armed: Armament?
    private var tries = 0
    /// Since when this run asks what became of the commit; nil while it does not.
    private var askingSince: Duration?

    init(
        seams: MachineSeams,
        transfer: any Transfer,
        peer: @escaping PeerDirectory,
        cancelSignal: CancelSignal,
        events: EventEmitter,
        entry: OwnerEntry,
        isResumed: Bool
    ) {
        self.seams = seams
        self.transfer = transfer
        self.peer = peer
        self.cancelSignal = cancelSignal
        self.events = events
        self.entry = entry
        self.isResumed = isResumed
    }

    var record: OperationRecord { entry.record }
    var id: AttemptID { entry.record.attemptID }
    var unit: MigrationUnit { entry.unit }

    /// Runs until the operation has ended, or as far as this run can take it.
    ///
    /// - Throws: `CancellationError` when the task is cancelled: the daemon goes away, the journal has the rest.
    mutating func run() async throws -> MigrationResult {
        while true {
            try Task.checkCancellation()
            enterPhase()
            let action = entry.machine.action
            if entry.machine.isIntentNeeded, !Mutant.isActive(.journalWrittenAfterAction), let failure = await save() {
                // Aborts need no durable word of ours while no commit was sent: an open entry means the same.
                if case .perform(let step) = action {
                    step == .commit
                        ? entry.machine.couldNotSendCommit(failure) : entry.machine.failed(step, failure)
                    continue
                }
            }
            switch action {
            case .perform(.commit):
                entry.machine.decided(await commit())
                if Mutant.isActive(.journalWrittenAfterAction) { _ = await save() }
            case .perform(let step):
                try await perform(step)
            case .decide:
                let since = askingSince ?? seams.time.now
                askingSince = since
                guard try await decide(since: since) else { return await finish(.unknown) }
            case .undo(let step):
                try await attempt(step) { try await $0.undo(step) }
            case .settle(let step):
                try await attempt(step) { try await $0.settle(step) }
            case .end(let outcome):
                return await finish(outcome)
            }
        }
    }

    private mutating func enterPhase() {
        let phase = entry.machine.phase
        guard phase != record.phase, phase != .done else { return }
        entry.record.phase = phase
        events.emit(.phaseChanged(phase: phase))
    }

    /// nil when the entry is durable.
    func save() async -> PloyzError? {
        do {
            try await seams.journal.write(.owner(entry: entry), for: record.id)
            return nil
        } catch {
            return PloyzError(wrapping: error)
        }
    }

    // MARK: Before the commit

    private enum Ending: Sendable {
        case step(MigrationRunner, PloyzError?)
        case cancelled
        case overrun
        case late(Duration)
    }

    /// Performs a step, unless an operator cancels it or it overruns what is left of the downtime.
    private mutating func perform(_ step: MigrationStep) async throws {
        guard !cancelSignal.isCancelled else {
            entry.machine.failed(step, cancellation)
            return
        }
        let start = self
        let left = step.isTimed ? budgetLeft : nil
        let (runner, failure) = await withTaskGroup(of: Ending.self) { group in
            group.addTask {
                var runner = start
                do {
                    try await runner.carryOut(step)
                    return .step(runner, nil)
                } catch {
                    return .step(runner, PloyzError(wrapping: error))
                }
            }
            group.addTask {
                await start.cancelSignal.wait()
                return .cancelled
            }
            if let left {
                group.addTask {
                    try? await start.seams.time.sleep(for: max(.zero, left))
                    return .overrun
                }
            }
            if let limit = start.limit(of: step) {
                group.addTask {
                    try? await start.seams.time.sleep(for: limit)
                    return .late(limit)
                }
            }
            var reason: PloyzError?
            while let ending = await group.next() {
                switch ending {
                case .step(let runner, let failure):
                    group.cancelAll()
                    // A step that was told to end and ended well all the same has done its work: go back with it.
                    return (runner, reason ?? failure)
                case .cancelled:
                    if !Task.isCancelled { reason = reason ?? start.cancellation }
                    group.cancelAll()
                case .late(let limit):
                    if !Task.isCancelled { reason = reason ?? Self.tooLate(step, limit) }
                    group.cancelAll()
                case .overrun:
                    if !Task.isCancelled { reason = reason ?? start.overrun(step) }
                    group.cancelAll()
                }
            }
            return (start, PloyzError(.failed, "the step \(step.rawValue) ended without a result"))
        }
        try Task.checkCancellation()
        self = runner
        if let failure {
            entry.machine.failed(step, failure)
        } else {
            entry.machine.succeeded(step)
        }
    }

    private mutating func carryOut(_ step: MigrationStep) async throws {
        switch step {
        case .announce: try await announce()
        case .holdBases: try await holdBases()
        case .sendImages: try await sendImages()
        case .prepareTarget: try await prepareTarget()
        case .preCopy: try await preCopy()
        case .arm: try await arm()
        case .park: try await park()
        case .stop: try await stopWorkloads()
        case .fence: try await fence()
        case .lastDelta: try await sendLastDelta()
        case .startCandidate: try await startCandidate()
        case .commit, .switchOver, .retireSource, .conclude: break
        }
    }

    private var cancellation: PloyzError {
        cancelSignal.cause ?? PloyzError(.migrationCancelled, "an operator cancelled the migration")
    }

    /// What is left of the downtime that the request allows; nil when it allows any.
    var budgetLeft: Duration? {
        guard let limit = record.request.maxDowntime else { return nil }
        return limit.duration - (stoppedAt.map { seams.time.now - $0 } ?? .zero)
    }

    private func overrun(_ step: MigrationStep) -> PloyzError {
        let limit = record.request.maxDowntime.map(\.description) ?? "none"
        return PloyzError(.budgetOverrun, "the step \(step.rawValue) overran what was left of --max-downtime \(limit)")
    }

    private static func tooLate(_ step: MigrationStep, _ limit: Duration) -> PloyzError {
        PloyzError(.deadlineExceeded, "the step \(step.rawValue) took longer than \(Microseconds(limit))")
    }

    /// The bound of a step as a whole; nil where every call in it has one of its own.
    private func limit(of step: MigrationStep) -> Duration? {
        let limits = seams.limits
        return switch step {
        case .sendImages, .preCopy, .arm, .stop, .lastDelta, .startCandidate, .commit: nil
        case .announce, .conclude: limits.store * 4
        case .park: limits.store * 2 + limits.local
        case .holdBases, .fence: limits.local * 2
        case .retireSource:
            // One that was replaced while it ran is outlasted and stopped in this step.
            limits.local * 4 + (record.plan.startsFirst ? limits.linger * 10 + limits.local + longestGrace : .zero)
        case .prepareTarget: limits.prepare + limits.peer
        case .switchOver: limits.peer * 2
        }
    }

    private var longestGrace: Duration {
        unit.members.map { $0.service.spec.template.stopGracePeriod.duration }.max() ?? .zero
    }

    // MARK: After the decision

    private mutating func undo(_ step: MigrationStep) async throws {
        switch step {
        case .stop: try await returnWorkloads()
        case .park: try await endParking()
        case .prepareTarget: try await discardOnTarget()
        case .holdBases: try await releaseHolds()
        case .announce: try await concludeAborted()
        default: break
        }
    }

    private mutating func settle(_ step: MigrationStep) async throws {
        switch step {
        case .switchOver: try await switchOver()
        case .retireSource: try await retireSource()
        case .conclude: try await concludeCommitted()
        default: break
        }
    }

    /// Tries the first undo, or the first step after the commit, and leaves it to the next run after a number of tries.
    private mutating func attempt(
        _ step: MigrationStep,
        _ body: @escaping @Sendable (inout MigrationRunner) async throws -> Void
    ) async throws {
        do {
            let start = self
            let limit = self.limit(of: step) ?? seams.limits.local * 4
            self = try await seams.time.within(limit, step.pendingWork) {
                var runner = start
                try await body(&runner)
                return runner
            }
            entry.machine.finished(step)
            tries = 0
        } catch {
            try Task.checkCancellation()
            tries += 1
            guard tries < seams.limits.tries else {
                events.emit(.note(text: "still to do: \(step.pendingWork): \(PloyzError(wrapping: error).message)"))
                entry.machine.postponed(step)
                tries = 0
                return
            }
            try await pause(after: tries)
        }
    }

    /// 100 ms, then twice as long each time, 2 s at most.
    func pause(after tries: Int) async throws {
        try await seams.time.sleep(for: min(.seconds(2), .milliseconds(50 << min(tries, 8))))
    }

    /// One try to find out what became of the commit; false when this run has asked for long enough.
    private mutating func decide(since began: Duration) async throws -> Bool {
        if record.state == .running {
            entry.record.state = .undecided
            events.emit(
                .note(text: "the commit was sent and the store does not answer: the workload waits on both machines")
            )
        }
        tries += 1
        let commitment = await resolve(tries: tries)
        entry.machine.decided(commitment)
        guard case .unknown = commitment else {
            tries = 0
            return true
        }
        guard seams.time.now - began < seams.limits.undecided || tries < seams.limits.tries else { return false }
        try await pause(after: tries)
        return true
    }
}
