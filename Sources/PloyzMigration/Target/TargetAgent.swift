import Foundation
import PloyzModel
import Synchronization

/// The target's side of migrations: receives, prepares, starts sealed, reports, discards. It only obeys.
///
/// What it knows of each operation is in the journal before it acts. An attempt that was discarded is refused for ever.
/// The candidate that it starts is sealed until the commit is known, so that a target which is paused, cut off or slow
/// can do no harm: nothing reaches what it runs, and what that writes is nobody's volume.
package final class TargetAgent: Peer {
    let seams: MachineSeams
    let tickets: any TicketIssuer
    private let entries = Mutex<[OperationID: TargetEntry]>([:])
    /// One piece of work at a time for each operation.
    let work = KeyedLock<OperationID>()
    /// One preparation at a time for the services of a namespace: what moves together is of one. Taken before ``work``.
    let preparing = KeyedLock<NamespaceName?>()
    /// One journal write at a time for each operation, so that an older entry cannot overtake a newer one.
    private let writing = KeyedLock<OperationID>()
    /// Ends a start that is under way when its attempt is discarded.
    let starts = Mutex<[OperationID: CancelSignal]>([:])

    package init(seams: MachineSeams, tickets: any TicketIssuer) {
        self.seams = seams
        self.tickets = tickets
    }

    // MARK: What is remembered

    /// What this machine remembers of the operation; an empty entry when it is nothing.
    func entry(_ operation: OperationID) async throws -> TargetEntry {
        if let known = entries.withLock({ $0[operation] }) { return known }
        guard case .target(let stored) = try await seams.journal.entry(for: operation) else {
            return TargetEntry(operation: operation)
        }
        return entries.withLock { entries in
            // Somebody else may have read, and changed, it meanwhile.
            if let known = entries[operation] { return known }
            entries[operation] = stored
            return stored
        }
    }

    /// Changes the entry and makes the change durable before it returns.
    @discardableResult
    func change(
        _ operation: OperationID,
        _ change: @Sendable (inout TargetEntry) throws -> Void
    ) async throws -> TargetEntry {
        try await writing.withLock(operation) {
            var changed = try await entry(operation)
            let before = changed
            try change(&changed)
            guard changed != before else { return changed }
            let isTombstoneOnly = before.tombstone != changed.tombstone && before.phase == changed.phase
            if !(isTombstoneOnly && Mutant.isActive(.tombstoneNotDurable)) {
                try await seams.journal.write(.target(entry: changed), for: operation)
            }
            let durable = changed
            entries.withLock { $0[operation] = durable }
            return durable
        }
    }

    func forget(_ operation: OperationID) async throws {
        try await writing.withLock(operation) {
            try await seams.journal.remove(operation)
            entries.withLock { _ = $0.removeValue(forKey: operation) }
        }
    }

    /// Every operation that the journal has with this machine as the target.
    func known() async throws -> [TargetEntry] {
        var found: [TargetEntry] = []
        for operation in try await seams.journal.operations() {
            guard case .target = try await seams.journal.entry(for: operation) else { continue }
            found.append(try await entry(operation))
        }
        return found
    }

    /// The entry of an attempt that may go on.
    ///
    /// - Throws: ``PloyzError`` `discarded` or `not-prepared`.
    func open(_ id: AttemptID, _ phases: Set<TargetEntry.Phase>) async throws -> TargetEntry {
        let entry = try await entry(id.operation)
        guard id.attempt > entry.tombstone else { throw Self.discarded(id) }
        guard entry.attempt == id.attempt, phases.contains(entry.phase) else {
            throw PloyzError(.notPrepared, "attempt \(id) is not prepared here (\(entry.phase.rawValue))")
        }
        return entry
    }

    static func discarded(_ id: AttemptID) -> PloyzError {
        PloyzError(.discarded, "attempt \(id) was discarded on this machine")
    }

    // MARK: Streams

    package func ticket(_ request: TicketRequest) async throws -> TransferTicket {
        let entry = try await entry(request.id.operation)
        guard request.id.attempt > entry.tombstone else { throw Self.discarded(request.id) }
        // Images come before the attempt is prepared here.
        if case .volume(let stream) = request.content {
            let entry = try await open(request.id, [.prepared])
            guard let unit = entry.unit, unit.volumes.contains(where: { $0.ref == stream.volume }) else {
                throw PloyzError(.notPrepared, "\(stream.volume) is no part of \(request.id)")
            }
            if stream.snapshot.guid == 0 { try await prepareOpening(stream.volume, entry) }
        }
        return try await tickets.issue(request)
    }

    /// The ticket of the last round is asked for when all others have arrived and the workload still runs: the last moment
    /// to find that a key is missing, and the first at which the copy has the key that it will have.
    private func prepareOpening(_ volume: VolumeRef, _ entry: TargetEntry) async throws {
        let storage = try seams.storage()
        try await seams.local("loading the key of \(volume)") {
            try await storage.loadKey(of: volume, from: entry.keys?[volume])
        }
    }

    package func adopt(_ request: AdoptRequest) async throws {
        try await work.withLock(request.id.operation) {
            let entry = try await open(request.id, [.prepared])
            guard let record = entry.unit?.volumes.first(where: { $0.ref == request.volume }) else {
                throw PloyzError(.notPrepared, "\(request.volume) is no part of \(request.id)")
            }
            let storage = try seams.storage()
            let stamp = stamp(of: record, .incoming)
            let newest = try await seams.local("adopting \(request.volume)") {
                try await storage.adoptReceived(request.volume, spec: record.spec, stamp: stamp)
                let settings = entry.settings?[request.volume] ?? .none
                try await storage.apply(settings, to: request.volume, isReceiving: true)
                // Now rather than when everything has arrived: a key that does not fit is found out early.
                try await storage.loadKey(of: request.volume, from: entry.keys?[request.volume])
                return try await storage.snapshots(of: request.volume).last?.guid
            }
            guard newest == request.guid else {
                throw PloyzError(.wrongSnapshot, "\(request.volume) arrived at another snapshot than \(request.guid)")
            }
        }
    }

    /// What a dataset here says while the migration runs and after its commit: this machine's, one epoch on.
    func stamp(of record: VolumeRecord, _ state: DatasetStamp.State) -> DatasetStamp {
        DatasetStamp(volume: record.ref, owner: seams.machine, epoch: record.epoch.next, state: state)
    }
}
