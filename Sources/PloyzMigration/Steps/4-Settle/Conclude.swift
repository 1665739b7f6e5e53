import PloyzModel

/// The record says how it ended, and the locks are given back.
extension MigrationRunner {
    mutating func concludeCommitted() async throws {
        entry.record.state = .committed
        closeRecord()
        entry.record.outcome = .migrated
        try await giveBack(writing: record, in: seams.store)
    }

    /// The end of this run. The entry leaves the journal only when nothing is left to do.
    mutating func finish(_ outcome: MigrationOutcome) async -> MigrationResult {
        // Those of a cutover that did not come to its last delta; the others are used.
        for ticket in (armed?.tickets ?? [:]).values { transfer.close(ticket) }
        if outcome != .unknown {
            closeRecord()
            let isComplete = entry.machine.deferred.isEmpty
            entry.machine.end()
            if isComplete {
                // An entry that stays is found at the next start, and ends at once.
                try? await seams.journal.remove(record.id)
            } else {
                _ = await save()
                await publishEnd()
            }
            if !entry.holdsInstances { seams.claims.release(record.id) }
        } else {
            entry.record.error = entry.machine.failure
        }
        let result = result(outcome)
        events.emit(.finished(result: result))
        return result
    }

    /// Shows an end with work left; the locks stay when giving them back is part of it.
    private func publishEnd() async {
        let key = StoreKey.operation(record.id)
        let store = seams.store
        guard let put = try? StoreTransaction.Write.put(key, encoding: record), let shown = try? await store.get(key)
        else { return }
        let decision = entry.machine.isCommitted ? Decision.committed : .aborted
        // Compared with what is there now, so that a write that arrives late cannot hide that the work was done.
        let transaction = StoreTransaction(
            conditions: [.value(.decision(record.id), decision.value), .value(key, shown)],
            writes: [put]
        )
        _ = try? await store.commit(transaction)
    }

    /// Where the next try goes on, in words.
    private var kept: String {
        let arrived = entry.arrived.sorted { $0.key < $1.key }.map { "\($0.key)@\($0.value.name)" }
        return arrived.isEmpty
            ? "" : "; \(record.to) keeps \(arrived.joined(separator: ", ")), from where the next try goes on"
    }

    private func result(_ outcome: MigrationOutcome) -> MigrationResult {
        let pending = record.pending.isEmpty ? "" : "; still to do: \(record.pending.joined(separator: "; "))"
        let show = "ployzctl migrate show \(record.id)"
        switch outcome {
        case .migrated, .alreadyThere:
            return MigrationResult(outcome: outcome, message: "\(record.service) runs on \(record.to)", record: record)
        case .cleanupPending:
            return MigrationResult(
                outcome: outcome,
                message: "\(record.service) belongs to \(record.to)\(pending)",
                record: record
            )
        case .failed, .cancelled:
            let error = (entry.machine.failure ?? PloyzError(.failed, "the migration failed")).leaving(
                state: entry.machine.deferred.contains(.stop)
                    ? "\(record.service) belongs to \(record.from) and is being started there\(pending)"
                    : "\(record.service) runs on \(record.from) as before\(kept)\(pending)",
                next: "ployzctl migrate apply \(record.service) --to \(record.to)"
            )
            return MigrationResult(
                outcome: outcome,
                message: "\(record.service) stays on \(record.from)",
                record: record,
                error: error
            )
        case .unknown:
            let cause = entry.machine.failure?.message ?? "the store does not answer"
            return MigrationResult(
                outcome: outcome,
                message: "it is not known yet where \(record.service) will run",
                record: record,
                error: PloyzError(
                    .undecided,
                    cause,
                    state:
                        "the workload is stopped on both machines until the store answers; it goes on by itself then",
                    next: show
                )
            )
        }
    }
}
