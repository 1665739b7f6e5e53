import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel

/// Carries out the drain of this machine, one at a time, from its record alone: what an earlier daemon began goes on.
///
/// Each turn looks at the record, at the migrations that it names and at the machine's lifecycle, does what is due and
/// writes down what became of it; an order is written down before it is given, and one that was given twice is one
/// migration. Moves go the one way that migrations go: ``Deployer/applyMove(_:)``.
struct DrainDriver: Sendable {
    let drains: Drains
    let apply: @Sendable (MoveRequest) async throws -> MigrationStart
    let logger: Logger

    /// How long after a setback that passes, or when nothing changes, it looks again.
    static let pause = Duration.seconds(5)

    private var store: any ClusterStore { drains.store }
    private var mirror: ClusterMirror { drains.mirror }

    /// Runs until the task is cancelled.
    func run() async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in mirror.changes() { wake.yield() } }
            group.addTask {
                while !Task.isCancelled {
                    try? await drains.timekeeper.sleep(for: Self.pause)
                    wake.yield()
                }
            }
            var resting = Duration.zero
            var written: DrainRecord?
            for await _ in wakes {
                guard let record = newest(written), record.state == .running else { continue }
                var turn = Turn(record, isResting: drains.timekeeper.now < resting)
                do {
                    try await take(&turn)
                    written = turn.saved
                    if turn.wasSetBack { resting = drains.timekeeper.now + Self.pause }
                } catch {
                    // The record says what was under way: the next turn goes on from there.
                    written = nil
                    logger.info("A drain waits", metadata: ["drain.id": "\(record.id)", "error": "\(error)"])
                    resting = drains.timekeeper.now + Self.pause
                }
            }
            group.cancelAll()
        }
    }

    /// The drain of this machine. What was written here a moment ago may not have come back by the store's watch yet.
    private func newest(_ written: DrainRecord?) -> DrainRecord? {
        guard let seen = mirror.drain(of: drains.machine) else { return nil }
        guard let written, written.id == seen.id, written.version > seen.version else { return seen }
        return written
    }

    /// One look at the record, and what follows from it.
    private struct Turn {
        var record: DrainRecord
        /// As the store has it.
        var saved: DrainRecord
        /// Whether nothing is begun, because something that passes was in the way just now.
        let isResting: Bool
        var wasSetBack = false

        init(_ record: DrainRecord, isResting: Bool) {
            self.record = record
            self.saved = record
            self.isResting = isResting
        }
    }

    private func take(_ turn: inout Turn) async throws {
        try drains.storeGuard.requireCurrent()
        try await conclude(&turn)
        try await heedLifecycle(&turn)
        // Orders that were written down and of which nobody knows whether they were given.
        for index in turn.record.running where turn.record.moves[index].operation == nil && !turn.isResting {
            try await give(index, &turn)
        }
        while !turn.isResting, !turn.wasSetBack, let index = turn.record.next {
            turn.record.moves[index].state = .running
            try await save(&turn)
            try await give(index, &turn)
        }
        try await finish(&turn)
    }

    /// Takes in what has become of the migrations that run.
    private func conclude(_ turn: inout Turn) async throws {
        for index in turn.record.running {
            guard let operation = turn.record.moves[index].operation,
                let ended = try await ended(operation), let outcome = ended.outcome
            else { continue }
            switch outcome {
            case .migrated, .cleanupPending, .alreadyThere: turn.record.arrived(index, at: ended.to, by: ended)
            case .failed, .cancelled:
                let error =
                    ended.error
                    ?? PloyzError(.failed, "\(operation) failed", next: "ployzctl migrate show \(operation)")
                try await setBack(index, by: error, wasRunning: true, &turn)
            case .unknown: continue
            }
            log(turn.record, index)
            try await save(&turn)
        }
    }

    /// The migration's record when it has ended; nil while it runs.
    private func ended(_ operation: OperationID) async throws -> OperationRecord? {
        if let value = mirror.value(.operation(operation)) {
            let record = try StoreEntry(key: .operation(operation), value: value).record(OperationRecord.self)
            return record.finishedAt == nil ? nil : record
        }
        let record = try await drains.migrations.record(operation)
        return record.finishedAt == nil ? nil : record
    }

    /// A machine that an operator has made active again is not emptied further; one that is not active is not filled.
    private func heedLifecycle(_ turn: inout Turn) async throws {
        let key = StoreKey.machine(drains.machine)
        guard turn.record.moves.contains(where: { $0.state == .waiting }), let value = mirror.value(key) else { return }
        let machine = try StoreEntry(key: key, value: value).record(MachineRecord.self)
        switch (turn.record.direction, machine.lifecycle) {
        case (.away, .active):
            turn.record.stop(because: "\(machine.name) was made active again: no more is moved off it")
        case (.home, .draining), (.home, .standby):
            turn.record.stop(because: "\(machine.name) is \(machine.lifecycle.rawValue): no more is brought home")
        case (.away, _), (.home, .active): return
        }
        try await save(&turn)
    }

    /// Asks for the migration of a move that is written down as running.
    private func give(_ index: Int, _ turn: inout Turn) async throws {
        let move = turn.record.moves[index]
        guard let target = move.to else { return turn.record.leave(index, because: "it has no target") }
        let order = turn.record.request
        do {
            let start = try await apply(
                MoveRequest(
                    service: move.instance.service,
                    to: target.id.text,
                    instance: move.instance.index,
                    from: nil,
                    limits: PloyzAPI.MigrationLimits(maxDowntime: order.maxDowntime, stallLimit: order.stallLimit)
                )
            )
            switch start.outcome {
            case .alreadyThere: turn.record.arrived(index, at: nil, by: nil)
            case .started: turn.record.moves[index].operation = start.operation
            case .attached: try await attach(index, to: start.operation, &turn)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try await setBack(index, by: PloyzError(describing: error), wasRunning: false, &turn)
        }
        log(turn.record, index)
        try await save(&turn)
    }

    /// Another migration has the service: it may be this very one, one that somebody else asked for, or that of another
    /// instance, which is waited for.
    private func attach(_ index: Int, to operation: OperationID?, _ turn: inout Turn) async throws {
        guard let operation else { return }
        let record = try await drains.migrations.record(operation)
        if record.plan.unit.members.contains(where: { $0.instance.ref == turn.record.moves[index].instance }) {
            turn.record.moves[index].operation = operation
        } else {
            turn.record.moves[index].state = .waiting
            turn.wasSetBack = true
        }
    }

    private func setBack(_ index: Int, by error: PloyzError, wasRunning: Bool, _ turn: inout Turn) async throws {
        switch turn.record.setBack(index, by: error, wasRunning: wasRunning) {
        case .passes: turn.wasSetBack = true
        case .target: try await redirect(index, &turn)
        case .gone, .busy, .final: return
        }
    }

    /// Chooses another target for a move whose first one could not take it.
    private func redirect(_ index: Int, _ turn: inout Turn) async throws {
        let move = turn.record.moves[index]
        guard let error = move.error else { return }
        var survey = try await DrainSurvey.read(from: store)
        // What it was to take where it could not go is free again.
        survey.replace(turn.record, without: index)
        let drafter = drains.drafter(turn.record.request, turn.record.machine)
        let excluded = Dictionary(move.tried.map { ($0.id, error) }) { first, _ in first }
        let other = try await drafter.away(survey, only: move.instance, excluding: excluded).first
        if let other, other.state == .waiting {
            turn.record.redirect(index, to: other)
        } else {
            turn.record.giveUp(index)
        }
    }

    /// Ends the drain when nothing is left of it; first come those that arrived here after it was planned.
    private func finish(_ turn: inout Turn) async throws {
        guard turn.record.isThrough else { return }
        if turn.record.direction == .away, turn.record.note == nil {
            let survey = try await DrainSurvey.read(from: store)
            // What is on its way here was admitted before the machine took nothing new.
            if let coming = survey.picture.operations.first(where: { $0.to.id == drains.machine && $0.outcome == nil })
            {
                guard try await waitFor(coming, &turn) else { return }
            }
            let known = Set(turn.record.moves.filter { $0.state != .moved }.flatMap(\.members))
            let drafter = drains.drafter(turn.record.request, turn.record.machine)
            let late = try await drafter.away(survey, except: known)
            if !late.isEmpty {
                turn.record.moves.removeAll { move in late.contains { $0.instance == move.instance } }
                turn.record.moves += late
                try await save(&turn)
                guard turn.record.isThrough else { return }
            }
        }
        turn.record.end(at: drains.timekeeper.date)
        try await save(&turn)
        logger.notice(
            "A drain has ended",
            metadata: [
                "drain.id": "\(turn.record.id)",
                "drain.moved": "\(turn.record.moves.count { $0.state == .moved })",
                "drain.missed": "\(turn.record.moves.count { $0.isMissed })",
            ]
        )
    }

    /// - Returns: whether it has been waited for long enough: the drain then ends, and says so.
    private func waitFor(_ coming: OperationRecord, _ turn: inout Turn) async throws -> Bool {
        guard !turn.isResting else { return false }
        guard turn.record.waits < DrainRecord.patience else {
            turn.record.note = "\(coming.id) is still on its way to \(turn.record.machine): drain it again afterwards"
            return true
        }
        turn.record.waits += 1
        turn.wasSetBack = true
        try await save(&turn)
        return false
    }

    /// - Throws: ``PloyzError`` `plan-outdated` when somebody else has written the record.
    private func save(_ turn: inout Turn) async throws {
        guard turn.record != turn.saved else { return }
        var record = turn.record
        record.version += 1
        let isWritten = try await store.commit(
            StoreTransaction(conditions: [try .value(turn.saved)], writes: [try .put(record)])
        )
        guard isWritten else { throw PloyzError(.planOutdated, "the drain's record has changed") }
        turn.record = record
        turn.saved = record
    }

    private func log(_ record: DrainRecord, _ index: Int) {
        let move = record.moves[index]
        logger.notice(
            "A move of a drain",
            metadata: [
                "drain.id": "\(record.id)", "instance": "\(move.instance)", "drain.move": "\(move.state.rawValue)",
                "migration.id": "\(move.operation.map { "\($0)" } ?? "none")",
                "error": "\(move.error.map { "\($0)" } ?? "none")",
            ]
        )
    }
}
