import PloyzModel

/// The sealed candidate's sandbox and container are made on the target, and its copies are taken back to their bases.
///
/// **Left behind on failure**: whatever part was made. The undo is a discard, a durable tombstone on the target: a
/// prepare or a start of this attempt that arrives later is refused.
extension MigrationRunner {
    mutating func prepareTarget() async throws {
        let target = try await peer(record.to.id)
        var bases: [VolumeRef: UInt64] = [:]
        for volume in record.plan.volumes where volume.targetHasCopy { bases[volume.volume] = volume.base?.guid }
        let plans = record.plan.volumes
        let request = PrepareRequest(
            id: id,
            source: seams.machine,
            unit: unit,
            bases: bases,
            settings: Self.byVolume(plans, \.settings),
            keys: Self.byVolume(plans, \.keyFile),
            resuming: plans.filter { $0.resumes == true }.map(\.volume)
        )
        try await seams.time.within(seams.limits.prepare, "preparing the target") { try await target.prepare(request) }
        await publish()
    }

    private static func byVolume<Value>(
        _ plans: [VolumePlan],
        _ value: (VolumePlan) -> Value?
    ) -> [VolumeRef: Value] {
        plans.reduce(into: [:]) { $0[$1.volume] = value($1) }
    }

    /// The undo. The source does not wait for it: nothing that the target still runs can be reached or be committed.
    func discardOnTarget() async throws {
        let request = DiscardRequest(id: id)
        let peer = peer
        let machine = record.to.id
        try await seams.time.within(seams.limits.peer, "discarding on the target") {
            try await peer(machine).discard(request)
        }
    }

    /// Shows the record as it is to whoever asks the store. What is not written is only not shown.
    func publish() async {
        guard let put = try? StoreTransaction.Write.put(.operation(record.id), encoding: record) else { return }
        // Compared with `running`, so that a write that arrives late cannot hide how the operation ended.
        let isRunning = StoreTransaction.Condition.value(.decision(record.id), Decision.running.value)
        let transaction = StoreTransaction(
            conditions: Mutant.isActive(.publishedAfterAll) ? [] : [isRunning],
            writes: [put]
        )
        let store = seams.store
        _ = try? await store.commit(transaction)
    }
}
