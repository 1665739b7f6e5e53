import PloyzAPI
import PloyzMigration
import PloyzModel

/// Says whether machines take new placements.
struct Lifecycles: Sendable {
    let store: any ClusterStore

    func set(_ request: LifecycleRequest) async throws -> LifecycleChange {
        // Somebody else may change the record between the reading and the writing; then it is read again.
        for _ in 0..<8 {
            let before = try await ClusterPicture.read(from: store).machine(named: request.machine)
            var after = before
            after.lifecycle = request.lifecycle
            let isWritten = try await store.commit(
                StoreTransaction(conditions: [try .value(before)], writes: [try .put(after)])
            )
            if isWritten {
                return LifecycleChange(
                    machine: MachinePlace(before),
                    before: before.lifecycle,
                    after: after.lifecycle
                )
            }
        }
        throw PloyzError(.failed, "the machine's record changed each time it was to be written")
    }
}
