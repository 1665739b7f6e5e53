import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTransfer
import Synchronization

/// The migrations that this machine drives, and its part in those of others.
///
/// One task owns one migration. This service starts those tasks, finds them and hands their events on; it decides
/// nothing.
final class MigrationService: Sendable {
    /// What a task is to do.
    private enum Job: Sendable {
        case run(OwnerEntry)
        case resume(OperationID)

        var operation: OperationID {
            switch self {
            case .run(let entry): entry.record.id
            case .resume(let operation): operation
            }
        }
    }

    /// This machine as the target of others' migrations.
    let agent: TargetAgent

    private let machine: MachineID
    private let store: any ClusterStore
    private let engine: MigrationEngine
    private let peers: MachineDirectory
    private let storeGuard: StoreGuard
    private let timekeeper: any Timekeeper
    private let logger: Logger
    private let hub = EventHub()
    private let (jobs, submit) = AsyncStream.makeStream(of: Job.self)
    /// Migrations that a task has.
    private let active = Mutex<Set<OperationID>>([])
    /// How those that a task has, or will have, are told that an operator wants them to end.
    private let signals = Mutex<[OperationID: CancelSignal]>([:])

    /// How often what an earlier task left undone is tried again.
    private static let tendInterval = Duration.seconds(5)
    /// How long a wish to cancel waits for the store to say that it comes too late.
    private static let decisionLimit = Duration.seconds(2)

    init(
        seams: MachineSeams,
        peers: MachineDirectory,
        streams: StreamEnds,
        storeGuard: StoreGuard,
        logger: Logger
    ) {
        self.storeGuard = storeGuard
        machine = seams.machine
        store = seams.store
        timekeeper = seams.time
        self.peers = peers
        self.logger = logger
        agent = TargetAgent(seams: seams, tickets: streams)
        engine = MigrationEngine(
            seams: seams,
            transfer: streams.transfer.stoppingAtBreakpoints(),
            peer: { try await peers.peer($0) },
            makeID: {
                var generator = SystemRandomNumberGenerator()
                return OperationID(using: &generator)
            }
        )
    }

    /// To be called before anything is started on this machine.
    func prepare() async throws {
        try await engine.restoreClaims()
        try await agent.restoreClaims()
    }

    /// Runs migrations until the task is cancelled; those that an earlier daemon left are taken up first.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    await self.takeUpUnfinished()
                    try? await self.timekeeper.sleep(for: Self.tendInterval)
                }
            }
            // By itself: what this machine drives does not wait for what it is the target of.
            group.addTask {
                while !Task.isCancelled {
                    await self.agent.tend()
                    try? await self.timekeeper.sleep(for: Self.tendInterval)
                }
            }
            for await job in jobs {
                group.addTask { await self.perform(job) }
            }
            group.cancelAll()
        }
    }

    /// What `request` would do, asked of the machine that would drive it.
    func preview(_ request: MigrationRequest) async throws -> MigrationPreview {
        let owner = try await coordinator(of: request)
        guard owner == machine else {
            return try await peers.operator(owner).previewMigration(MoveRequest(request))
        }
        try storeGuard.requireCurrent()
        return MigrationPreview(try await engine.plan(request))
    }

    /// Starts a migration, or attaches to the one that has the service.
    func start(_ request: MigrationRequest) async throws -> MigrationStart {
        let picture = try await ClusterPicture.read(from: store)
        let instance = try picture.instance(of: request)
        guard let target = picture.machine(request.target) else {
            throw PloyzError(.unknownMachine, "there is no machine \(request.target)", next: "ployzctl machine ls")
        }
        guard instance.machine == machine else {
            let owner = try await peers.operator(instance.machine)
            return try await owner.applyMigration(MoveRequest(request))
        }
        try storeGuard.requireCurrent()
        let place = MachinePlace(target)
        switch try await engine.admit(request) {
        case .alreadyThere:
            return MigrationStart(outcome: .alreadyThere, operation: nil, instance: instance.ref, to: place)
        case .attached(let operation):
            return MigrationStart(outcome: .attached, operation: operation, instance: instance.ref, to: place)
        case .started(let entry):
            // Whoever watches from now on sees the operation from its first event.
            hub.open(entry.record.id)
            // From now on it can be cancelled, also before a task has it.
            signals.withLock { $0[entry.record.id] = CancelSignal() }
            submit.yield(.run(entry))
            return MigrationStart(
                outcome: .started,
                operation: entry.record.id,
                instance: instance.ref,
                to: place
            )
        }
    }

    func record(_ operation: OperationID) async throws -> OperationRecord {
        guard let record = try await store.record(OperationRecord.self, at: .operation(operation)) else {
            throw PloyzError(
                .unknownOperation,
                "there is no migration \(operation)",
                next: "ployzctl migrate ls"
            )
        }
        return record
    }

    /// What happens in the migration, from the machine that drives it; of one that has ended, its report.
    func watch(_ operation: OperationID) async throws -> AsyncThrowingStream<MigrationNotice, any Error> {
        if let events = hub.watch(operation) { return events.notices() }
        let record = try await record(operation)
        if let report = MigrationReport(record) {
            return .single(
                MigrationNotice(
                    operation: operation,
                    number: 1,
                    date: record.finishedAt ?? record.startedAt,
                    elapsed: .zero,
                    content: .finished(report: report)
                )
            )
        }
        guard record.coordinator != machine else {
            // The daemon has begun anew and has not taken the operation up yet.
            hub.open(operation)
            if let events = hub.watch(operation) { return events.notices() }
            throw PloyzError(.failed, "\(operation) cannot be watched", next: "ployzctl migrate show \(operation)")
        }
        return try await peers.operator(record.coordinator).watch(operation)
    }

    /// Tells the migration to go back, on the machine that drives it.
    ///
    /// The wish is taken without the store where the operation is driven here: a store that is away is a good reason to
    /// cancel.
    ///
    /// - Throws: ``PloyzError`` `too-late` when it is committed, `unknown-operation`.
    func cancel(_ operation: OperationID) async throws -> CancelAnswer {
        if let signal = signals.withLock({ $0[operation] }), !(await isCommitted(operation)) {
            logger.notice("An operator cancels a migration", metadata: ["migration.id": "\(operation)"])
            signal.cancel()
            return CancelAnswer(operation: operation, outcome: .cancelling)
        }
        let record = try await record(operation)
        if record.state == .committed {
            throw PloyzError.tooLate(operation, movedTo: record.to, goBack: MigrationReport(record)?.goBack)
        }
        if record.outcome != nil { return CancelAnswer(operation: operation, outcome: .ended) }
        guard record.coordinator != machine else {
            // An earlier daemon left it before its commit: taking it up means taking it back.
            return CancelAnswer(operation: operation, outcome: .cancelling)
        }
        return try await peers.operator(record.coordinator).cancelMigration(operation)
    }

    /// A machine is no longer of the cluster: what moves to it from here goes back, unless it is committed.
    ///
    /// - Parameter records: unfinished migrations.
    func abandon(_ machine: MachineID, in records: [OperationRecord]) {
        for record in records where record.to.id == machine {
            let signal = signals.withLock { $0[record.id] }
            signal?.cancel(because: .departed(record.to))
        }
    }

    /// false when nobody knows.
    private func isCommitted(_ operation: OperationID) async -> Bool {
        let store = store
        let decision = try? await timekeeper.within(Self.decisionLimit, "asking for the decision") {
            try await store.decision(operation)
        }
        return decision == .committed
    }

    private func coordinator(of request: MigrationRequest) async throws -> MachineID {
        try MigrationEngine.coordinator(of: request, in: try await ClusterPicture.read(from: store))
    }

    private func takeUpUnfinished() async {
        do {
            for operation in try await engine.unfinished() where active.withLock({ !$0.contains(operation) }) {
                submit.yield(.resume(operation))
            }
        } catch {
            logger.error("The journal cannot be read", metadata: ["error": "\(error)"])
        }
    }

    private func perform(_ job: Job) async {
        let operation = job.operation
        guard active.withLock({ $0.insert(operation).inserted }) else { return }
        let cancelSignal = signals.withLock { signals in
            let signal = signals[operation] ?? CancelSignal()
            signals[operation] = signal
            return signal
        }
        defer {
            active.withLock { _ = $0.remove(operation) }
            signals.withLock { _ = $0.removeValue(forKey: operation) }
        }
        let hub = hub
        var logger = logger
        logger[metadataKey: "migration.id"] = "\(operation)"
        let sink: EventSink = { [logger] event in
            logger.log(event)
            hub.publish(event)
            event.stopAtBreakpoint()
        }
        do {
            switch job {
            case .run(let entry): _ = try await engine.run(entry, cancelSignal: cancelSignal, sink: sink)
            case .resume: _ = try await engine.resume(operation, cancelSignal: cancelSignal, sink: sink)
            }
        } catch {
            // The daemon goes away: the next one resumes.
            logger.warning("A migration was left", metadata: ["error": "\(error)"])
            return
        }
        do {
            try await MigrationArchive(store: store).trim()
        } catch {
            // After the next migration, then.
            logger.info("Old migrations were not forgotten", metadata: ["error": "\(error)"])
        }
    }
}

extension Logger {
    /// Phases and outcomes; progress is for those who watch.
    fileprivate func log(_ event: MigrationEvent) {
        switch event.content {
        case .phaseChanged(let phase): notice("Phase", metadata: ["migration.phase": "\(phase.rawValue)"])
        case .finished(let result):
            notice(
                "Finished",
                metadata: [
                    "migration.outcome": "\(result.outcome.rawValue)",
                    "error": "\(result.error.map { "\($0)" } ?? "none")",
                ]
            )
        case .note(let text): notice("Note", metadata: ["note": "\(text)"])
        case .switched(let downtime): notice("Switched", metadata: ["migration.downtime": "\(downtime)"])
        case .returned(let downtime): notice("Returned", metadata: ["migration.downtime": "\(downtime)"])
        default: break
        }
    }
}

extension MoveRequest {
    /// The same order in an operator's words, for another machine's daemon.
    init(_ request: MigrationRequest) {
        self.init(
            service: request.service,
            to: request.target.text,
            instance: request.instance,
            from: request.from?.text,
            limits: PloyzAPI.MigrationLimits(maxDowntime: request.maxDowntime, stallLimit: request.stallLimit),
            takesTargetForActive: request.takesTargetForActive
        )
    }
}

extension AsyncThrowingStream<MigrationEvent, any Error> {
    /// What is published of the events.
    fileprivate func notices() -> AsyncThrowingStream<MigrationNotice, any Error> {
        AsyncThrowingStream<MigrationNotice, any Error> { continuation in
            let task = Task {
                do {
                    for try await event in self { continuation.yield(MigrationNotice(event)) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

extension AsyncThrowingStream where Failure == any Error {
    fileprivate static func single(_ element: Element) -> AsyncThrowingStream where Element: Sendable {
        AsyncThrowingStream { continuation in
            continuation.yield(element)
            continuation.finish()
        }
    }
}

extension ErrorCode {
    /// The store has no migration of that ID.
    static let unknownOperation = ErrorCode("unknown-operation", exitStatus: 3)
}
