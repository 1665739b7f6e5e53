import PloyzModel
import Synchronization

extension TargetAgent {
    package func discard(_ request: DiscardRequest) async throws {
        let operation = request.id.operation
        let phase = try await entry(operation).phase
        let decision = try? await seams.store.decision(operation)
        // Only a store that answers can say this; one that does not leaves the owner's word, and an owner that discards
        // has made its abort durable.
        if phase == .settling || phase == .settled || decision == .committed {
            throw PloyzError(.liveHere, "\(operation) is committed: what runs here is the workload")
        }
        // Durable before anything else, and before the lock: a start that is under way sees it and ends.
        try await change(operation) { $0.tombstone = max($0.tombstone, request.id.attempt) }
        starts.withLock { $0[operation] }?.cancel()
        try await work.withLock(operation) {
            try await seams.local("discarding \(request.id)") { try await self.giveUp(request.id) }
        }
    }

    /// Ends everything of the attempt. What was received stays, at its snapshot. May be repeated.
    func giveUp(_ id: AttemptID) async throws {
        let entry = try await change(id.operation) { $0.tombstone = max($0.tombstone, id.attempt) }
        guard entry.attempt > 0, entry.attempt <= entry.tombstone, entry.isOpen, let unit = entry.unit else {
            if Mutant.isActive(.tombstoneForgotten) { try await change(id.operation) { $0.tombstone = 0 } }
            return
        }
        // First the key, so that nobody commits a candidate that is being stopped. Without a store nobody commits at all,
        // and a later attempt has another value.
        let isKeyGone = await deleteCandidateKey(entry)
        try await tickets.revoke(entry.id)
        try await stopCandidates(entry)
        let seams = seams
        try await eachAsFarAsPossible(unit.members) { member in
            try await seams.containers.removeWorkload(member.instance.ref)
            try await seams.network.detach(member.instance.ref)
            try await seams.containers.removeSandbox(member.instance.ref)
        }
        try await eachAsFarAsPossible(unit.volumes) { try await self.leave($0) }
        seams.claims.release(id.operation)
        guard isKeyGone else {
            throw PloyzError(.storeUnreachable, "the candidate key of \(id) could not be deleted")
        }
        try await change(id.operation) { entry in
            entry.phase = .none
            entry.unit = nil
            entry.sandboxes = [:]
            entry.snapshots = [:]
            if Mutant.isActive(.tombstoneForgotten) { entry.tombstone = 0 }
        }
    }

    /// Nothing of the candidates runs and nothing of them is mounted; datasets are back at what was received.
    func stopCandidates(_ entry: TargetEntry) async throws {
        let seams = seams
        let members = entry.unit?.members ?? []
        // No grace: whatever it still wants to write is thrown away.
        try await eachAsFarAsPossible(members) { member in
            try await seams.containers.stopWorkload(member.instance.ref, grace: .zero)
        }
        guard let storage = seams.volumes else { return }
        try await eachAsFarAsPossible(entry.unit?.volumes.map(\.ref) ?? []) { volume in
            guard try await storage.dataset(of: volume)?.stamp?.state == .incoming else { return }
            try await storage.unmount(volume)
            guard let newest = try await storage.snapshots(of: volume).last else { return }
            if !Mutant.isActive(.rollbackForgotten) { try await storage.rollback(volume, to: newest.guid) }
        }
    }

    private func leave(_ record: VolumeRecord) async throws {
        let storage = try seams.storage()
        guard let stamp = try await storage.dataset(of: record.ref)?.stamp else {
            // What arrived of a first stream stays when the next try can go on with it.
            guard try await storage.partialReceive(of: record.ref) == nil else { return }
            return try await storage.discardStaging(record.ref)
        }
        guard stamp.state == .incoming else { return }
        // A fenced copy like any other: its epoch is that of the volume's record, which it may not exceed.
        try await storage.setStamp(
            DatasetStamp(volume: record.ref, owner: seams.machine, epoch: record.epoch, state: .previous)
        )
    }

    private func deleteCandidateKey(_ entry: TargetEntry) async -> Bool {
        if Mutant.isActive(.candidateKeyKept) { return true }
        let transaction = StoreTransaction(
            conditions: [.value(.candidate(entry.operation), entry.id.candidateValue)],
            writes: [.delete(.candidate(entry.operation))]
        )
        let store = seams.store
        let answer = try? await store.commit(transaction)
        return answer != nil
    }

    // MARK: Without being asked

    /// Looks after what migrations left on this machine: settles what was committed, discards what was aborted, stops
    /// candidates that nobody asks about, tidies up. To be called at the daemon's start and every few seconds.
    package func tend() async {
        guard let entries = try? await known() else { return }
        await withTaskGroup(of: Void.self) { group in
            for entry in entries {
                // What fails is tried again the next time, and so is what an order has in its hands just now: it may
                // wait for minutes, and no other operation waits for it.
                group.addTask { [self] in
                    _ = try? await work.ifFree(entry.operation) {
                        try await seams.local("tending \(entry.operation)") {
                            try await self.tend(self.entry(entry.operation))
                        }
                    }
                }
            }
        }
    }

    /// Claims the instances of unfinished migrations to this machine. To be called before anything is started here.
    package func restoreClaims() async throws {
        for entry in try await known() where entry.isOpen {
            await seams.claims.claim(entry.unit?.members.map(\.instance.ref) ?? [], for: entry.operation)
        }
    }

    private func tend(_ entry: TargetEntry) async throws {
        if entry.phase == .settled { return try await tidy(entry) }
        let store = seams.store
        let decision = try await store.decision(entry.operation)
        switch decision {
        case .committed:
            if entry.isOpen { try await settleAlone(entry) } else { try await forget(entry.operation) }
        case .aborted:
            if entry.isOpen { try await giveUp(entry.id) }
            // The store refuses what comes late from now on; the tombstone has done its work.
            try await forget(entry.operation)
        case .running where Mutant.isActive(.unsealWithoutDecision) && entry.phase == .starting:
            try await takeOver(entry)
        case .running, nil:
            try await stopWhenOverdue(entry)
        }
    }

    private func stopWhenOverdue(_ entry: TargetEntry) async throws {
        guard entry.phase == .starting, let deadline = entry.deadline, seams.time.date > deadline
        else {
            return
        }
        // The commit compares the key, so either it came first and the decision says so, or it can no longer come.
        guard await deleteCandidateKey(entry), try await seams.store.decision(entry.operation) != .committed else {
            return
        }
        try await stopCandidates(entry)
        try await change(entry.operation) { $0.phase = .stopped }
    }
}
