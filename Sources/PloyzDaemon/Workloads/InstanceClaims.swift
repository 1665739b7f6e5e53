import PloyzMigration
import PloyzModel
import Synchronization

/// Instances on this machine that migrations have in their hands. Whoever keeps workloads running leaves them alone.
///
/// Each operation has a claim of its own, and an instance is free when none is left: of two migrations of one service
/// that are ordered at once, one is refused, and gives back no claim but its own.
///
/// A claim is made when no start or removal of the instance is under way any more. Otherwise a start that looked before
/// the claim could mount a volume behind the fence of the migration that made it.
final class InstanceClaims: WorkloadClaims {
    private struct State {
        var claims: [InstanceRef: Set<OperationID>] = [:]
        /// Instances that a migration had and gave back, and that nobody has seen running since.
        var givenBack: Set<InstanceRef> = []
        /// Who waits for work on an instance to end; an instance that nobody works on is absent.
        var working: [InstanceRef: [CheckedContinuation<Void, Never>]] = [:]
    }

    private let state = Mutex(State())

    init() {}

    func claim(_ instances: [InstanceRef], for operation: OperationID) async {
        state.withLock { state in
            for instance in instances { state.claims[instance, default: []].insert(operation) }
        }
        // No new work begins from here on.
        for instance in instances { await waitUntilIdle(instance) }
    }

    func release(_ operation: OperationID) {
        state.withLock { state in
            state.givenBack.formUnion(state.claims.filter { $0.value.contains(operation) }.keys)
            state.claims = state.claims.mapValues { $0.subtracting([operation]) }.filter { !$0.value.isEmpty }
        }
    }

    /// Whether a workload that does not run may have been stopped by a migration: then it did not end by itself, and no
    /// restart policy lets it rest.
    func mayHaveStopped(_ instance: InstanceRef) -> Bool { state.withLock { $0.givenBack.contains(instance) } }

    /// The instance was started, or seen running, after it was given back.
    func forgetStop(of instance: InstanceRef) { state.withLock { _ = $0.givenBack.remove(instance) } }

    func isClaimed(_ instance: InstanceRef) -> Bool { state.withLock { $0.claims[instance] != nil } }

    /// Works on an instance that no migration has; one that wants it meanwhile waits.
    ///
    /// - Returns: nil when a migration has the instance, or somebody else works on it; `body` was not called then.
    func whileFree<Value: Sendable>(
        _ instance: InstanceRef,
        _ body: @Sendable () async throws -> Value
    ) async rethrows -> Value? {
        let isFree = state.withLock { state in
            guard state.claims[instance] == nil, state.working[instance] == nil else { return false }
            state.working[instance] = []
            return true
        }
        guard isFree else { return nil }
        defer {
            for waiter in state.withLock({ $0.working.removeValue(forKey: instance) }) ?? [] { waiter.resume() }
        }
        return try await body()
    }

    private func waitUntilIdle(_ instance: InstanceRef) async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                guard state.working[instance] != nil else { return true }
                state.working[instance]?.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }
}
