import PloyzMigration
import PloyzModel

extension RemovalPlanner {
    /// Migrations that are under way with the machine. One that another machine drives ends by itself, when that hears of
    /// the removal; one that this machine drove is ended here, as far as it came.
    mutating func planMigrations() {
        for operation in operations.sorted(by: { $0.id < $1.id }) where isUnderWay(operation) {
            guard isForced else {
                refuse(
                    "\(operation.id) moves \(operation.service) from \(operation.from) to \(operation.to)",
                    next: "ployzctl migrate watch \(operation.id), or ployzctl migrate cancel \(operation.id)"
                )
                continue
            }
            plan.endedMigrations.append(operation.id)
            if operation.coordinator == machine.id, let change = end(operation) { changes.append(change) }
        }
    }

    private func isUnderWay(_ operation: OperationRecord) -> Bool {
        let involved = [operation.from.id, operation.to.id, operation.coordinator].contains(machine.id)
        return involved && (operation.finishedAt == nil || picture.locks.values.contains(operation.id))
    }

    /// Nobody goes on with the operation. Before its commit it is aborted, and the target gives the attempt up by that
    /// word; after it, the target takes over by itself.
    private func end(_ operation: OperationRecord) -> Change? {
        var ended = operation
        ended.phase = .done
        ended.finishedAt = operation.finishedAt ?? date
        ended.pending = []
        let decision = StoreKey.decision(operation.id)
        let locks = operation.services.filter { picture.locks[$0] == operation.id }.map { StoreKey.lock($0) }
        var writes: [StoreTransaction.Write] = [.delete(.candidate(operation.id))] + locks.map { .delete($0) }
        if decisions[operation.id] == .committed {
            ended.state = .committed
            ended.outcome = .migrated
            ended.error = nil
        } else {
            ended.state = .aborted
            ended.outcome = .failed
            ended.error = PloyzError.departed(operation.from).leaving(
                state: "\(operation.service) was on \(operation.from), and is placed anew by a deployment",
                next: "ployzctl deploy -f MANIFEST"
            )
            writes.append(.put(decision, Decision.aborted.value))
        }
        guard let put = try? StoreTransaction.Write.put(.operation(operation.id), encoding: ended) else { return nil }
        return Change(reliedOn: [decision, .operation(operation.id)] + locks, writes: writes + [put])
    }
}
