import PloyzModel

/// The operation exists: its record, its decision and its locks come into being together, and only if nothing that the
/// plan was made from has changed.
///
/// **Left behind on failure**: nothing, or all of it, when the answer was lost. The undo writes `aborted` in either case,
/// so that an announcement which arrives later is refused: it wants the decision to be absent.
extension MigrationRunner {
    mutating func announce() async throws {
        let transaction = try announcement()
        let store = seams.store
        let isAnnounced = try await store.commit(transaction)
        guard isAnnounced else { throw try await refusalToAnnounce() }
    }

    private func announcement() throws -> StoreTransaction {
        var conditions: [StoreTransaction.Condition] =
            Mutant.isActive(.announcedAfterAll) ? [] : [.absent(.decision(record.id)), .absent(.operation(record.id))]
        var writes: [StoreTransaction.Write] = [
            .put(.decision(record.id), Decision.running.value),
            try .put(.operation(record.id), encoding: record),
        ]
        for service in record.services {
            if !Mutant.isActive(.announcedWithoutLock) { conditions.append(.absent(.lock(service))) }
            writes.append(.put(.lock(service), record.id.lockValue))
        }
        for service in Set(unit.members.map(\.service)) { conditions.append(try .value(service)) }
        for member in unit.members { conditions.append(try .value(member.instance)) }
        for volume in unit.volumes { conditions.append(try .value(volume)) }
        return StoreTransaction(conditions: conditions, writes: writes)
    }

    private func refusalToAnnounce() async throws -> PloyzError {
        for service in record.services {
            if let holder = try await seams.store.lockHolder(service) {
                return PloyzError(
                    .otherMigration,
                    "\(service) is in the hands of \(holder)",
                    next: "ployzctl migrate watch \(holder)"
                )
            }
        }
        return PloyzError(
            .planOutdated,
            "\(record.service) changed while the plan was made",
            next: "repeat the command"
        )
    }

    /// The undo: `aborted` in the store, the locks given back, the record of how it ended.
    mutating func concludeAborted() async throws {
        let store = seams.store
        try await writeAborted()
        try await rememberCopiesOnTarget()
        entry.record.state = .aborted
        closeRecord()
        try await giveBack(writing: record, in: store)
    }

    /// - Throws: when the store does not answer.
    private func writeAborted() async throws {
        if Mutant.isActive(.abortNotWritten) { return }
        let key = StoreKey.decision(record.id)
        let store = seams.store
        let write = StoreTransaction.Write.put(key, Decision.aborted.value)
        // An announcement that arrives late, between the two conditions, meets neither: then once more.
        for _ in 0..<3 {
            for condition in [StoreTransaction.Condition.value(key, Decision.running.value), .absent(key)] {
                let transaction = StoreTransaction(conditions: [condition], writes: [write])
                let isWritten = try await store.commit(transaction)
                if isWritten { return }
            }
            let operation = record.id
            if try await store.decision(operation) == .aborted { return }
        }
        throw PloyzError(.failed, "'aborted' could not be written for \(record.id)")
    }

    /// Notes in the volumes' records which snapshots the target kept: whoever owns the volume next still needs them, or
    /// the next move to that machine would find a copy with nothing in common.
    private func rememberCopiesOnTarget() async throws {
        for (volume, snapshot) in entry.arrived.sorted(by: { $0.key < $1.key }) {
            guard let data = try await seams.store.get(.volume(volume)) else { continue }
            var updated = try JSON.decode(VolumeRecord.self, from: data)
            guard updated.owner == seams.machine else { continue }
            let copy = PreviousCopy(
                machine: record.to.id,
                snapshot: snapshot.name,
                guid: snapshot.guid,
                epoch: updated.epoch
            )
            let flags = flags(of: volume)
            guard !updated.previousCopies.contains(copy) || updated.sendFlags != flags else { continue }
            updated.sendFlags = flags
            updated.previousCopies.removeAll { $0.machine == record.to.id }
            updated.previousCopies.append(copy)
            _ = try await seams.store.commit(
                StoreTransaction(
                    // What a machine kept that is no longer of the cluster is nobody's base.
                    conditions: [.value(.volume(volume), data), .present(.machine(record.to.id))],
                    writes: [try .put(updated)]
                )
            )
        }
    }

    /// Fills in the end of the record.
    mutating func closeRecord() {
        let machine = entry.machine
        entry.record.phase = .done
        entry.record.finishedAt = record.finishedAt ?? seams.time.date
        entry.record.outcome = machine.outcome
        entry.record.error = machine.isCommitted ? nil : machine.failure
        entry.record.pending = machine.deferred.map(\.pendingWork)
    }

    /// Writes the last form of the record and deletes the locks that are this operation's.
    func giveBack(writing record: OperationRecord, in store: any ClusterStore) async throws {
        let put = try StoreTransaction.Write.put(.operation(record.id), encoding: record)
        let locks = record.services.map { StoreKey.lock($0) }
        let all = StoreTransaction(
            conditions: locks.map { .value($0, record.id.lockValue) },
            writes: [put, .delete(.candidate(record.id))] + locks.map { .delete($0) }
        )
        let isDone = try await store.commit(all)
        guard !isDone else { return }
        // An earlier try, whose answer was lost, gave the locks back. They may be another operation's by now.
        let only = StoreTransaction(conditions: [.present(.decision(record.id))], writes: [put])
        _ = try await store.commit(only)
    }
}
