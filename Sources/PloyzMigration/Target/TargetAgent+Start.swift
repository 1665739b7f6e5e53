import Foundation
import PloyzModel
import Synchronization

extension TargetAgent {
    package func start(_ request: StartRequest) async throws -> StartReport {
        let operation = request.id.operation
        let signal = CancelSignal()
        starts.withLock { $0[operation] = signal }
        defer { starts.withLock { $0[operation] = $0[operation] === signal ? nil : $0[operation] } }
        return try await work.withLock(operation) {
            let deadline = seams.time.date.addingTimeInterval(seams.limits.candidate.seconds)
            let entry = try await open(request.id, [.prepared])
            guard let unit = entry.unit else { throw PloyzError(.notPrepared, "\(request.id) is not prepared here") }
            do {
                let readiness = unit.members.compactMap(\.service.spec.readiness?.timeout.duration).max() ?? .zero
                let report = try await unlessCancelled(signal, request.id) { [seams] in
                    try await seams.time.within(readiness + seams.limits.start, "starting \(request.id)") {
                        try await self.startCandidates(request, entry, unit: unit, deadline: deadline)
                    }
                }
                return report
            } catch {
                // With nothing running: the owner may be gone and never discard.
                try? await seams.local("stopping \(request.id)") { try await self.stopCandidates(entry) }
                throw error
            }
        }
    }

    private func unlessCancelled(
        _ signal: CancelSignal,
        _ id: AttemptID,
        _ body: @Sendable @escaping () async throws -> StartReport
    ) async throws -> StartReport {
        try await withThrowingTaskGroup(of: StartReport?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                await signal.wait()
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let report = first else { throw Self.discarded(id) }
            return report
        }
    }

    private func startCandidates(
        _ request: StartRequest,
        _ entry: TargetEntry,
        unit: MigrationUnit,
        deadline: Date
    ) async throws -> StartReport {
        let began = seams.time.now
        let agent = self
        // Durable before a container starts; the mounts, which harm nobody, do not wait for it.
        async let intent = change(request.id.operation) { entry in
            guard request.id.attempt > entry.tombstone else { throw Self.discarded(request.id) }
            entry.phase = .starting
            entry.snapshots = request.snapshots
            entry.deadline = deadline
        }
        // Once this machine knows that the addresses are parked, it holds what comes for the candidates until they are
        // open; others may send it as soon as the commit is made.
        async let parked: Void = seams.routes.refresh(unit.addresses)
        let arrived = try await sideBySide(unit.volumes) { record in
            (record.ref, try await agent.mount(record.ref, at: request.snapshots[record.ref]))
        }
        _ = try await intent
        try await parked
        let mounted = seams.time.now
        try await checkNotDiscarded(request.id)
        let seams = seams
        // Beside the start, which takes longer; else it is given up, and left to cleanup.
        async let _: Void = hold(arrived)
        _ = try await sideBySide(unit.members) { try await seams.containers.startWorkload($0.instance.ref) }
        let started = seams.time.now
        _ = try await sideBySide(unit.members) { member in
            guard let readiness = member.service.spec.readiness else { return }
            guard let sandbox = entry.sandboxes[member.instance.ref.description] else {
                throw PloyzError(.notPrepared, "\(member.instance.ref) has no sandbox here")
            }
            try await seams.network.waitUntilReady(
                readiness,
                instance: member.instance.ref,
                sandbox: sandbox,
                address: member.instance.address
            )
        }
        let ready = seams.time.now
        try await announceCandidate(request.id)
        return StartReport(
            mount: Microseconds(mounted - began),
            start: Microseconds(started - mounted),
            readiness: Microseconds(ready - started)
        )
    }

    private func mount(_ volume: VolumeRef, at guid: UInt64?) async throws -> VolumeSnapshot {
        let storage = try seams.storage()
        // Side by side, since both are before the start: the check costs no downtime of its own.
        async let mounting: Void = storage.mount(volume)
        async let snapshots = storage.snapshots(of: volume)
        // Snapshots that somebody else takes of the copy meanwhile change nothing of it.
        let found = try await snapshots
        let newest = found.last { $0.guid == guid || $0.name.isOurs }
        try await mounting
        guard let newest, newest.guid == guid || Mutant.isActive(.snapshotNotCompared) else {
            throw PloyzError(
                .wrongSnapshot,
                "\(volume) does not stand at the snapshot \(guid.map(String.init) ?? "none")"
            )
        }
        return newest
    }

    /// So that no tool which destroys snapshots takes what the way back begins with. Cleanup does it again.
    private func hold(_ arrived: [(VolumeRef, VolumeSnapshot)]) async {
        let seams = seams
        try? await eachAsFarAsPossible(arrived) { volume, snapshot in
            try await seams.local("holding what arrived of \(volume)") {
                try await seams.storage().hold(volume, snapshot.name, tag: .previous)
            }
        }
    }

    private func checkNotDiscarded(_ id: AttemptID) async throws {
        guard try await entry(id.operation).tombstone < id.attempt else { throw Self.discarded(id) }
    }

    /// The commit compares this key: from here on the owner may commit.
    private func announceCandidate(_ id: AttemptID) async throws {
        try await checkNotDiscarded(id)
        let transaction = StoreTransaction(
            conditions: [.value(.decision(id.operation), Decision.running.value)],
            writes: [.put(.candidate(id.operation), id.candidateValue)]
        )
        let store = seams.store
        let isWritten = try await store.commit(transaction)
        guard isWritten else { throw PloyzError(.discarded, "\(id.operation) is no longer running") }
    }
}
