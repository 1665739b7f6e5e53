package import PloyzModel

/// The owner's side of migrations: plans them, runs them, resumes them.
///
/// It keeps nothing between calls but which operations are in hand, so that none is run twice at once. The daemon gives each migration a task of its own, and at its start, before anything
/// is started on the machine, calls ``restoreClaims()``; then ``resume(_:cancelSignal:sink:)`` for each of
/// ``unfinished()``, and again from time to time for those that no task has.
package struct MigrationEngine: Sendable {
    private let seams: MachineSeams
    private let transfer: any Transfer
    private let peer: PeerDirectory
    private let makeID: @Sendable () -> OperationID
    private let inHand = OperationsInHand()

    /// - Parameters:
    ///   - peer: the daemon of another machine.
    ///   - makeID: a new identifier, from the caller's source of randomness.
    package init(
        seams: MachineSeams,
        transfer: any Transfer,
        peer: @escaping PeerDirectory,
        makeID: @escaping @Sendable () -> OperationID
    ) {
        self.seams = seams
        self.transfer = transfer
        self.peer = peer
        self.makeID = makeID
    }

    /// What became of a request to migrate.
    package enum Admission: Sendable {
        /// The operation exists and is locked: pass the entry to ``run(_:cancelSignal:sink:)``.
        case started(OwnerEntry)
        /// Another operation has the service; follow that one.
        case attached(OperationID)
        case alreadyThere(MigrationResult)
    }

    /// The machine that must drive `request`: the one that the instance is on.
    ///
    /// - Throws: ``PloyzError`` when the request names nothing, or too much.
    package static func coordinator(
        of request: MigrationRequest,
        in picture: ClusterPicture
    ) throws(PloyzError) -> MachineID {
        try picture.instance(of: request).machine
    }

    /// What `request` would do. Changes nothing.
    ///
    /// - Throws: ``PloyzError`` with every refusal at once, exit status 3.
    package func plan(_ request: MigrationRequest) async throws -> PlanOutcome {
        try await untouched(request) { try await planned(request) }
    }

    /// Runs `body`, which writes nothing before its last step: whatever fails in it says so.
    private func untouched<Value>(_ request: MigrationRequest, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw PloyzError(wrapping: error).leaving(
                state: "nothing was touched; \(request.service) is as it was",
                next: "ployzctl migrate preview \(request.service) --to \(request.target)"
            )
        }
    }

    private func planned(_ request: MigrationRequest) async throws -> PlanOutcome {
        let picture = try await ClusterPicture.read(from: seams.store)
        let instance = try picture.instance(of: request)
        if instance.machine == request.target, let machine = picture.machine(request.target) {
            return .alreadyThere(instance: instance.ref, machine: MachinePlace(machine))
        }
        guard instance.machine == seams.machine else {
            throw PloyzError(
                .notTheOwner,
                "\(instance.ref) is on \(picture.name(of: instance.machine)), which must be asked"
            )
        }
        let facts = try await PlanFacts.gather(
            unit: picture.unit(of: instance),
            picture: picture,
            target: request.target,
            seams: seams,
            peer: peer
        )
        return .move(plan: try MigrationPlanner.plan(request, instance: instance, facts: facts))
    }

    /// Plans and announces. A service that is in the hands of another migration is not an error: that one is returned.
    package func admit(_ request: MigrationRequest) async throws -> Admission {
        try await untouched(request) { try await admitted(request) }
    }

    private func admitted(_ request: MigrationRequest) async throws -> Admission {
        if let holder = try await seams.store.lockHolder(request.service) { return .attached(holder) }
        // What changes between plan and announcement makes the plan anew; twice is bad luck, three times a stuck store.
        var tries = 0
        while true {
            switch try await planned(request) {
            case .alreadyThere(let instance, let machine):
                return .alreadyThere(
                    MigrationResult(
                        outcome: .alreadyThere,
                        message: "\(instance) is already on \(machine)",
                        record: nil
                    )
                )
            case .move(let plan):
                do {
                    return .started(try await announce(plan, request))
                } catch let error as PloyzError where error.code == .planOutdated && tries < 2 {
                    tries += 1
                } catch let error as PloyzError where error.code == .otherMigration {
                    guard let holder = try await holder(of: plan) else { throw error }
                    return .attached(holder)
                }
            }
        }
    }

    private func holder(of plan: MigrationPlan) async throws -> OperationID? {
        for service in Set(plan.unit.members.map(\.service.ref)).sorted() {
            if let holder = try await seams.store.lockHolder(service) { return holder }
        }
        return nil
    }

    private func announce(_ plan: MigrationPlan, _ request: MigrationRequest) async throws -> OwnerEntry {
        let record = OperationRecord(
            id: makeID(),
            coordinator: seams.machine,
            request: request,
            attempt: 1,
            plan: plan,
            startedAt: seams.time.date
        )
        var runner = runner(OwnerEntry(record: record), CancelSignal(), isResumed: false) { _ in }
        // Before the journal has it: whoever looks for unfinished work must not take this for a dead run's.
        guard inHand.take(record.id) else { throw PloyzError(.failed, "\(record.id) exists already") }
        await seams.claims.claim(plan.unit.members.map(\.instance.ref), for: record.id)
        do {
            if let failure = await runner.save() { throw failure }
            try await runner.announce()
        } catch {
            let failure = PloyzError(wrapping: error)
            let isRefused = [.planOutdated, .otherMigration, .storeUnreachable, .storeRefused].contains(failure.code)
            // Refused: nothing was written. Otherwise the entry stays, and a resume takes the announcement back.
            if isRefused { try? await seams.journal.remove(record.id) }
            seams.claims.release(record.id)
            inHand.drop(record.id)
            try Task.checkCancellation()
            guard !isRefused else { throw failure }
            throw failure.leaving(
                state: "\(record.service) runs as before; an announcement that arrives late is taken back by itself",
                next: "ployzctl migrate apply \(record.service) --to \(record.to)"
            )
        }
        runner.entry.machine.succeeded(.announce)
        return runner.entry
    }

    /// Runs an admitted migration to its end. An admitted one that is never run is in hand until the daemon ends.
    ///
    /// - Throws: `CancellationError` when the task is cancelled: the daemon goes away, and the next one resumes.
    package func run(
        _ entry: OwnerEntry,
        cancelSignal: CancelSignal,
        sink: @escaping EventSink
    ) async throws -> MigrationResult {
        defer { inHand.drop(entry.record.id) }
        var runner = runner(entry, cancelSignal, isResumed: false, sink: sink)
        runner.events.emit(.started(plan: entry.record.plan, attempt: entry.record.attempt))
        return try await runner.run()
    }

    /// Goes on with what the journal has of an operation: before the commit back to the source, after it forward.
    ///
    /// - Returns: nil when the journal has nothing of it, this machine is not its owner, or it is in hand already.
    package func resume(
        _ operation: OperationID,
        cancelSignal: CancelSignal,
        sink: @escaping EventSink
    ) async throws -> MigrationResult? {
        guard inHand.take(operation) else { return nil }
        defer { inHand.drop(operation) }
        guard case .owner(var entry) = try await seams.journal.entry(for: operation) else { return nil }
        if entry.holdsInstances, !Mutant.isActive(.claimsNotRestored) {
            await seams.claims.claim(entry.unit.members.map(\.instance.ref), for: operation)
        }
        entry.machine.recover()
        var runner = runner(entry, cancelSignal, isResumed: true, sink: sink)
        return try await runner.run()
    }

    /// Operations that this machine drives, that the journal still has and that are not in hand.
    package func unfinished() async throws -> [OperationID] {
        try await owned().map(\.record.id).filter { !inHand.has($0) }
    }

    /// Claims the instances of unfinished operations. To be called before anything is started on this machine.
    package func restoreClaims() async throws {
        if Mutant.isActive(.claimsNotRestored) { return }
        for entry in try await owned() where entry.holdsInstances {
            await seams.claims.claim(entry.unit.members.map(\.instance.ref), for: entry.record.id)
        }
    }

    private func owned() async throws -> [OwnerEntry] {
        var found: [OwnerEntry] = []
        for operation in try await seams.journal.operations() {
            guard case .owner(let entry) = try await seams.journal.entry(for: operation) else { continue }
            found.append(entry)
        }
        return found
    }

    private func runner(
        _ entry: OwnerEntry,
        _ cancelSignal: CancelSignal,
        isResumed: Bool,
        sink: @escaping EventSink
    ) -> MigrationRunner {
        MigrationRunner(
            seams: seams,
            transfer: transfer,
            peer: peer,
            cancelSignal: cancelSignal,
            events: EventEmitter(operation: entry.record.id, time: seams.time, sink: sink),
            entry: entry,
            isResumed: isResumed
        )
    }
}
