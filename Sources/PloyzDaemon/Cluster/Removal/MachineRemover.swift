import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// Takes a machine out of the cluster.
///
/// Nothing may be placed on it between the look and the transaction. So it is drained first: a deployment or a migration
/// that was planned before compares the record that it read, or is seen at the second look.
struct MachineRemover: Sendable {
    /// Readings of the store that may be outdated when the transaction comes.
    private static let tries = 16

    let local: MachineID
    let store: any ClusterStore
    let peers: MachineDirectory
    let routing: RoutingKeeper
    let timekeeper: any Timekeeper

    /// - Throws: ``PloyzError`` `machine-in-use` with everything that is in the way, `machine-answers`,
    ///   `data-would-be-lost` with the volumes that were not named; nothing was changed then.
    func remove(_ request: MachineRemovalRequest) async throws -> MachineRemoval {
        var drained: MachineRecord?
        do {
            for _ in 0..<Self.tries {
                let plan = try await plan(request)
                if request.isPreview { return plan.document(removedAt: nil) }
                if let error = PloyzError.all(plan.obstacles) { throw error }
                try Self.checkLosses(of: plan, accepted: request.yesLose)
                if !request.force, plan.machine.lifecycle == .active {
                    if try await drain(plan.machine) { drained = plan.machine }
                    continue
                }
                guard let date = try await commit(plan) else { continue }
                // Its packets are refused here when this returns, and elsewhere as soon as the others hear of it.
                try await routing.refreshMachines()
                return plan.document(removedAt: date)
            }
            throw PloyzError(
                .failed,
                "the cluster changed each time the machine was about to be removed",
                state: "the machine is of the cluster",
                next: "run the command again"
            )
        } catch {
            if let drained { await activate(drained) }
            throw error
        }
    }

    private func plan(_ request: MachineRemovalRequest) async throws -> RemovalPlan {
        let listing = try await store.list(.root)
        let machine = try DeployPicture(listing).cluster.machine(named: request.machine)
        guard machine.id != local else {
            throw PloyzError(
                .machineInUse,
                "\(machine.name) is this machine, which would cut itself off before it could say so",
                next: "run it on another machine"
            )
        }
        if request.force, await peers.reachable([machine.id])[machine.id] == true {
            throw PloyzError(
                .machineAnswers,
                "\(machine.name) answers: nothing on it has to be given up",
                next: "move what is there, then ployzctl machine rm \(machine.name)"
            )
        }
        return try RemovalPlanner.plan(machine, in: listing, isForced: request.force, at: timekeeper.date)
    }

    /// - Throws: ``PloyzError`` `data-would-be-lost`, or `usage` for a volume that is not lost.
    static func checkLosses(of plan: RemovalPlan, accepted: [VolumeRef]) throws(PloyzError) {
        let lost = plan.lostVolumes.map(\.volume)
        if let stranger = accepted.first(where: { !lost.contains($0) }) {
            throw PloyzError(
                .usage,
                "--yes-lose \(stranger): \(plan.machine.name) does not own it\(Nearest.hint(for: "\(stranger)", among: lost.map(\.description)))"
            )
        }
        let errors = plan.lostVolumes.filter { !accepted.contains($0.volume) }.map { lost in
            let copy =
                lost.lastCopy.map { copy in
                    "the last previous copy is on \(copy.machine), of "
                        + (copy.date?.formatted(.iso8601) ?? "an unknown date")
                } ?? "no machine has a previous copy"
            return PloyzError(
                .dataWouldBeLost,
                "\(lost.volume) (\(lost.size.map { "\($0)" } ?? "size unknown")) is only on \(plan.machine.name); \(copy)",
                next: "to lose it, add --yes-lose \(lost.volume)"
            )
        }
        if let error = PloyzError.all(errors) { throw error }
    }

    /// nil when something has changed since the look.
    private func commit(_ plan: RemovalPlan) async throws -> Date? {
        for transaction in plan.transactions {
            guard try await store.commit(transaction) else { return nil }
        }
        return timekeeper.date
    }

    private func drain(_ machine: MachineRecord) async throws -> Bool {
        var drained = machine
        drained.lifecycle = .draining
        return try await store.commit(
            StoreTransaction(conditions: [try .value(machine)], writes: [try .put(drained)])
        )
    }

    /// Back to what it was, unless somebody else has changed it: the command changed nothing then.
    private func activate(_ machine: MachineRecord) async {
        var drained = machine
        drained.lifecycle = .draining
        guard let condition = try? StoreTransaction.Condition.value(drained),
            let write = try? StoreTransaction.Write.put(machine)
        else { return }
        _ = try? await store.commit(StoreTransaction(conditions: [condition], writes: [write]))
    }
}

extension ErrorCode {
    /// Something lives on the machine.
    static let machineInUse = ErrorCode("machine-in-use", exitStatus: 3)
    /// A machine that is to be given up is not dead.
    static let machineAnswers = ErrorCode("machine-answers", exitStatus: 3)
    /// Volumes would be lost that the operator did not name.
    static let dataWouldBeLost = ErrorCode("data-would-be-lost", exitStatus: 3)
}
