import PloyzAPI
import PloyzMigration
import PloyzModel

/// Changes what people call machines.
struct MachineChanges: Sendable {
    private static let tries = 8

    let store: any ClusterStore

    /// - Throws: ``PloyzError`` `name-taken`, `unknown-machine`.
    func rename(_ request: MachineRenameRequest) async throws -> MachineRenaming {
        let (before, after) = try await change(request.machine) { machine in
            guard machine.name != request.name else { return nil }
            let new = StoreKey.machineName(request.name)
            guard try await store.get(new) == nil else {
                throw PloyzError(
                    .nameTaken,
                    "the cluster has a machine named '\(request.name)' already",
                    next: "ployzctl machine ls"
                )
            }
            var renamed = machine
            renamed.name = request.name
            return (
                renamed,
                StoreTransaction(
                    conditions: [.absent(new)],
                    writes: [.delete(.machineName(machine.name)), try .put(new, encoding: machine.id)]
                )
            )
        }
        return MachineRenaming(machine: MachinePlace(after), before: before.name)
    }

    /// - Throws: ``PloyzError`` `usage` when a label is malformed or there are too many, `unknown-machine`.
    func update(_ request: MachineUpdateRequest) async throws -> MachineLabels {
        let (_, after) = try await change(request.machine) { machine in
            var updated = machine
            for name in request.removedLabels { updated.labels[name] = nil }
            updated.labels.merge(request.labels) { _, new in new }
            do {
                try MachineLabelRule.check(updated.labels)
            } catch {
                throw PloyzError(.usage, "\(error)", state: "nothing was changed")
            }
            return updated == machine ? nil : (updated, StoreTransaction(conditions: [], writes: []))
        }
        return MachineLabels(machine: MachinePlace(after), labels: after.labels)
    }

    /// The record before and after. Somebody else may change it between the reading and the writing; then it is read again.
    ///
    /// - Parameter decide: the new record with what else must hold and be written; nil when there is nothing to change.
    private func change(
        _ name: String,
        _ decide: (MachineRecord) async throws -> (MachineRecord, StoreTransaction)?
    ) async throws -> (before: MachineRecord, after: MachineRecord) {
        for _ in 0..<Self.tries {
            let before = try await ClusterPicture.read(from: store).machine(named: name)
            guard let (after, more) = try await decide(before) else { return (before, before) }
            let transaction = StoreTransaction(
                conditions: [try .value(before)] + more.conditions,
                writes: [try .put(after)] + more.writes
            )
            if try await store.commit(transaction) { return (before, after) }
        }
        throw PloyzError(.failed, "the machine's record changed each time it was to be written")
    }
}
