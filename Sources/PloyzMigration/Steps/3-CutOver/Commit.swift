import PloyzModel

/// The point of no return: one transaction.
///
/// Decided by writing, never by reading: the decision key goes from `running` to `committed` or to `aborted`, each by a
/// transaction that compares it with `running`, so that exactly one wins, whatever answers are lost or delayed.
extension MigrationRunner {
    mutating func commit() async -> MigrationStateMachine.Commitment {
        let began = seams.time.now
        if let limit = record.request.maxDowntime, let left = budgetLeft, left <= .zero {
            return .refused(PloyzError(.budgetOverrun, "nothing was left of --max-downtime \(limit) before the commit"))
        }
        let commitment = await sendCommit()
        guard case .committed = commitment else { return commitment }
        if !record.plan.startsFirst { entry.record.measured.commit = Microseconds(seams.time.now - began) }
        entry.record.state = .committed
        events.emit(.committed)
        return commitment
    }

    private func sendCommit() async -> MigrationStateMachine.Commitment {
        let transaction: StoreTransaction
        do {
            transaction = try commitTransaction()
        } catch {
            return .refused(PloyzError(wrapping: error))
        }
        switch await write(transaction, "the commit") {
        case .success(true): return .committed
        case .success(false):
            return .refused(
                PloyzError(.commitRefused, "the store refused the commit: the candidate or a record is not as it was")
            )
        case .failure(let error) where error.code == .storeUnreachable || error.code == .storeRefused:
            // By the store's contract nothing was written, and nothing will be.
            return .refused(error)
        case .failure(let error): return .unknown(error)
        }
    }

    /// After a lost answer: the commit again, a few times, then `aborted`. Whichever is written decides.
    ///
    /// A run that was begun by a recovery has no candidate that it knows to be ready: it asks for `aborted` at once.
    mutating func resolve(tries: Int) async -> MigrationStateMachine.Commitment {
        if !isResumed, tries <= 3, let transaction = try? commitTransaction(),
            case .success(true) = await write(transaction, "the commit")
        {
            return foundCommitted()
        }
        let key = StoreKey.decision(record.id)
        let abort = StoreTransaction(
            conditions: [.value(key, Decision.running.value)],
            writes: [.put(key, Decision.aborted.value)]
        )
        // Before the last try of the commit the decision is only looked at, not made.
        if isResumed || tries > 3, case .success(true) = await write(abort, "'aborted'") {
            return .refused(PloyzError(.commitRefused, "the commit did not reach the store in time"))
        }
        let store = seams.store
        let operation = record.id
        do {
            let decision = try await store.decision(operation)
            switch decision {
            case .committed where Mutant.isActive(.returningWhileCommitted):
                return .refused(PloyzError(.commitRefused, "mutant"))
            case .committed: return foundCommitted()
            case .aborted: return .refused(PloyzError(.commitRefused, "the operation was aborted"))
            case .running, nil:
                return .unknown(PloyzError(.undecided, "it is not known yet whether the commit was made"))
            }
        } catch {
            return .unknown(PloyzError(.undecided, "the store does not answer: \(PloyzError(wrapping: error).message)"))
        }
    }

    private mutating func foundCommitted() -> MigrationStateMachine.Commitment {
        if record.state != .committed { events.emit(.committed) }
        entry.record.state = .committed
        return .committed
    }

    private func write(_ transaction: StoreTransaction, _ what: String) async -> Result<Bool, PloyzError> {
        let store = seams.store
        do {
            return .success(
                try await store.commit(transaction)
            )
        } catch {
            return .failure(PloyzError(wrapping: error))
        }
    }

    /// Placement, owners and epochs, routes, the generation and the decision, together.
    func commitTransaction() throws -> StoreTransaction {
        guard let armed else { throw PloyzError(.failed, "the cutover was not armed") }
        let decision = StoreKey.decision(record.id)
        var conditions = Mutant.isActive(.commitWithoutRecords) ? [] : armed.conditions
        if !Mutant.isActive(.commitWithoutDecision) { conditions.append(.value(decision, Decision.running.value)) }
        if !Mutant.isActive(.commitWithoutCandidate) {
            conditions.append(.value(.candidate(record.id), id.candidateValue))
        }
        var writes: [StoreTransaction.Write] = [.put(decision, Decision.committed.value)]
        for service in Set(unit.members.map(\.service)).sorted(by: { $0.ref < $1.ref }) {
            var moved = service
            moved.generation = moved.generation.grown
            writes.append(try .put(moved))
        }
        for member in unit.members {
            var moved = member.instance
            moved.machine = record.to.id
            moved.epoch = moved.epoch.next
            writes.append(try .put(moved))
        }
        for volume in armed.volumes { writes.append(try .put(handedOver(volume))) }
        for route in armed.routes {
            writes.append(try .put(moved(route)))
        }
        var committed = record
        committed.state = .committed
        committed.phase = .switch
        writes.append(try .put(.operation(record.id), encoding: committed))
        return StoreTransaction(conditions: conditions, writes: writes)
    }

    /// Where the address is from now on. A unit that runs on both machines for a while hands it over in phases.
    private func moved(_ route: RouteRecord) -> RouteRecord {
        if record.plan.startsFirst { return route.handedOver(to: record.to.id) }
        var moved = route
        moved.machine = record.to.id
        moved.generation = moved.generation.grown
        moved.handover = nil
        moved.parking = nil
        return moved
    }

    /// The volume as the target owns it, with the copy that this machine keeps.
    private func handedOver(_ volume: VolumeRecord) throws -> VolumeRecord {
        guard let last = entry.last[volume.ref] else {
            throw PloyzError(.failed, "\(volume.ref) has no last snapshot")
        }
        var moved = volume
        moved.owner = record.to.id
        moved.epoch = volume.epoch.next
        moved.sendFlags = flags(of: volume.ref)
        moved.previousCopies.removeAll { $0.machine == record.to.id || $0.machine == seams.machine }
        moved.previousCopies.append(
            PreviousCopy(machine: seams.machine, snapshot: last.name, guid: last.guid, epoch: volume.epoch)
        )
        return moved
    }
}
