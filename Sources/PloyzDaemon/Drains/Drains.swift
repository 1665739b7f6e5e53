import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel

/// The emptying of machines, as operators ask for it. The machine's own daemon plans it and begins it; ``DrainDriver``
/// carries it out.
struct Drains: Sendable {
    let machine: MachineID
    let store: any ClusterStore
    let mirror: ClusterMirror
    let peers: MachineDirectory
    let migrations: MigrationService
    let storeGuard: StoreGuard
    let timekeeper: any Timekeeper
    /// What the live volumes of this machine refer to.
    let sizes: @Sendable () async throws -> [VolumeRef: ByteCount]

    /// Plans that may be outdated when they are to be written down.
    private static let tries = 4

    /// What ``start(_:)`` would do. Changes nothing.
    func preview(_ request: DrainRequest) async throws -> DrainReport {
        let survey = try await DrainSurvey.read(from: store)
        let record = try survey.picture.machine(named: request.machine)
        if let running = try running(request, of: record.id, survey) { return DrainReport(running) }
        guard record.id == machine else {
            return try await peers.operator(record.id).previewDrain(request.named(record.id))
        }
        try storeGuard.requireCurrent()
        return DrainReport(try await draft(request, of: record, survey), isPlanned: true)
    }

    /// Begins a drain, or attaches to the one that runs.
    func start(_ request: DrainRequest) async throws -> DrainStart {
        for _ in 0..<Self.tries {
            // Before everything else is read: whoever began meanwhile has changed it.
            let turn = try await store.get(.drainTurn)
            let survey = try await DrainSurvey.read(from: store)
            let record = try survey.picture.machine(named: request.machine)
            // Its machine need not be asked, and may be away.
            if let running = try running(request, of: record.id, survey) {
                return DrainStart(attached: true, drain: DrainReport(running))
            }
            guard record.id == machine else {
                return try await peers.operator(record.id).startDrain(request.named(record.id))
            }
            try storeGuard.requireCurrent()
            let draft = try await draft(request, of: record, survey)
            if try await begin(draft, on: record, after: survey.record(of: machine), turn: turn) {
                return DrainStart(attached: false, drain: DrainReport(draft))
            }
        }
        throw PloyzError(
            .failed,
            "the cluster changed each time the drain was about to begin",
            state: "nothing was changed",
            next: "run the command again"
        )
    }

    /// What becomes of a drain, as its daemon writes it down; the last has ended. Any machine can be asked.
    func watch(_ id: DrainID) async throws -> AsyncThrowingStream<DrainReport, any Error> {
        guard let first = try await store.records(DrainRecord.self, under: .drains).first(where: { $0.id == id }) else {
            throw PloyzError(.unknownDrain, "there is no drain \(id)", next: "ployzctl machine ls")
        }
        let mirror = mirror
        return AsyncThrowingStream { feed in
            let task = Task {
                var last = first
                feed.yield(DrainReport(first))
                let changes = mirror.changes()
                if last.state == .ended { return feed.finish() }
                for await _ in changes {
                    guard let record = mirror.drain(of: first.machine.id) else { continue }
                    // The copy may be older than what was read first; and another drain takes this one's place in time.
                    if record.id != id, record.startedAt >= first.startedAt { break }
                    guard record.id == id, record.version > last.version else { continue }
                    last = record
                    feed.yield(DrainReport(record))
                    if record.state == .ended { break }
                }
                feed.finish()
            }
            feed.onTermination = { _ in task.cancel() }
        }
    }

    /// The drain of a machine that runs, when it is the one that is asked for.
    ///
    /// - Throws: ``PloyzError`` `drain-running` when it runs the other way.
    private func running(
        _ request: DrainRequest,
        of machine: MachineID,
        _ survey: DrainSurvey
    ) throws(PloyzError) -> DrainRecord? {
        guard let record = survey.record(of: machine), record.state == .running else { return nil }
        guard record.direction == request.direction else {
            throw PloyzError(
                .drainRunning,
                record.direction == .away
                    ? "\(record.machine) is being drained"
                    : "what was moved off \(record.machine) is being brought home",
                next: record.direction == .away
                    ? "ployzctl machine activate \(record.machine) ends that"
                    : "ployzctl machine drain \(record.machine) --return follows it"
            )
        }
        return record
    }

    private func draft(
        _ request: DrainRequest,
        of record: MachineRecord,
        _ survey: DrainSurvey
    ) async throws -> DrainRecord {
        let order = try request.order(in: survey.picture, machine: record)
        let drafter = drafter(order, MachinePlace(record))
        let before = survey.record(of: machine)
        let moves: [DrainMove]
        switch request.direction {
        case .away:
            let others = survey.picture.machines.filter { $0.id != machine }
            guard others.contains(where: { survey.obstacle($0) == nil }) else {
                throw PloyzError(
                    .noPlace,
                    "no other machine takes what is on \(record.name): "
                        + (others.isEmpty
                            ? "there is none" : others.compactMap(survey.obstacle).joined(separator: "; ")),
                    next: "ployzctl machine ls"
                )
            }
            moves = try await drafter.away(survey)
        case .home:
            guard let before else {
                throw PloyzError(
                    .nothingToReturn,
                    "no drain has moved anything off \(record.name)",
                    next: "ployzctl migrate ls"
                )
            }
            moves = try await drafter.home(before.away, survey)
        }
        let elsewhere = Set(survey.picture.instances.filter { $0.machine != machine }.map(\.ref))
        var generator = SystemRandomNumberGenerator()
        return DrainRecord(
            id: DrainID(using: &generator),
            machine: MachinePlace(record),
            direction: request.direction,
            request: order,
            moves: moves,
            // What has come back, or is gone, is nothing to bring home.
            earlier: request.direction == .away ? (before?.away ?? []).filter { elsewhere.contains($0.instance) } : [],
            startedAt: timekeeper.date
        )
    }

    func drafter(_ order: DrainOrder, _ place: MachinePlace) -> DrainDrafter {
        DrainDrafter(
            machine: place,
            order: order,
            peers: peers,
            migrations: migrations,
            timekeeper: timekeeper,
            sizes: sizes
        )
    }

    /// - Returns: false when something that the draft depends on has changed.
    private func begin(
        _ draft: DrainRecord,
        on machine: MachineRecord,
        after before: DrainRecord?,
        turn: Data?
    ) async throws -> Bool {
        var changed = machine
        changed.lifecycle = draft.direction == .away ? .draining : .active
        return try await store.commit(
            StoreTransaction(
                conditions: [
                    try .value(machine),
                    try before.map { try .value($0) } ?? .absent(draft),
                    turn.map { .value(.drainTurn, $0) } ?? .absent(.drainTurn),
                ],
                writes: [try .put(changed), try .put(draft), .put(.drainTurn, Data(draft.id.text.utf8))]
            )
        )
    }
}

extension ClusterMirror {
    /// The drain of a machine, as the store was last seen.
    func drain(of machine: MachineID) -> DrainRecord? {
        value(.drain(machine)).flatMap { decode(DrainRecord.self, StoreEntry(key: .drain(machine), value: $0)) }
    }
}

extension DrainRequest {
    fileprivate var direction: DrainRecord.Direction { isReturn ? .home : .away }

    /// The same for the machine's own daemon.
    fileprivate func named(_ machine: MachineID) -> DrainRequest {
        DrainRequest(machine: machine.text, isReturn: isReturn, targets: targets, parallel: parallel, limits: limits)
    }

    /// - Throws: ``PloyzError`` `unknown-machine`, `usage`, `target-draining` for targets that take nothing.
    fileprivate func order(in picture: ClusterPicture, machine: MachineRecord) throws(PloyzError) -> DrainOrder {
        let parallel = parallel ?? DrainOrder.defaultParallel
        guard DrainOrder.parallelRange.contains(parallel) else {
            throw PloyzError(.usage, "parallel: \(parallel) is not 1 to \(DrainOrder.parallelRange.upperBound)")
        }
        var errors: [PloyzError] = []
        var found: [MachineID] = []
        for target in targets {
            do throws(PloyzError) {
                let record = try picture.machine(named: target)
                if record.id == machine.id {
                    errors.append(PloyzError(.usage, "\(record.name) is the machine that is to be drained"))
                } else if record.lifecycle != .active {
                    errors.append(
                        PloyzError(
                            .targetDraining,
                            "\(record.name) is \(record.lifecycle.rawValue): it takes nothing new",
                            next: "ployzctl machine activate \(record.name)"
                        )
                    )
                } else if !found.contains(record.id) {
                    found.append(record.id)
                }
            } catch {
                errors.append(error)
            }
        }
        if let error = PloyzError.all(errors) { throw error }
        return DrainOrder(
            targets: found,
            parallel: parallel,
            maxDowntime: limits.maxDowntime,
            stallLimit: limits.stallLimit
        )
    }
}

extension ErrorCode {
    /// The store has no drain of that ID: another one took its place.
    static let unknownDrain = ErrorCode("unknown-drain", exitStatus: 3)
    /// The machine is being drained, and what it moved is asked back; or the other way round.
    static let drainRunning = ErrorCode("drain-running", exitStatus: 3)
    /// No drain has moved anything off the machine.
    static let nothingToReturn = ErrorCode("nothing-to-return", exitStatus: 3)
}
