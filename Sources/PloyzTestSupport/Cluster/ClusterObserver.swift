import Foundation
import PloyzMigration
import PloyzModel
import Synchronization

/// Looks at the whole cluster after every change of any part of it. Knows nothing of the engine.
final class ClusterObserver: Sendable {
    private struct State {
        var owners: [VolumeRef: MachineID] = [:]
        /// Records as they were last read, so that only a change is decoded.
        var read: [StoreKey: Data] = [:]
        var committed: Set<StoreKey> = []
    }

    private let state = Mutex(State())
    private let store: InMemoryClusterStore
    private let machines: [SimulatedMachine]
    private let ledger: WorkloadLedger
    private let time: VirtualTimekeeper

    init(
        store: InMemoryClusterStore,
        machines: [SimulatedMachine],
        ledger: WorkloadLedger,
        time: VirtualTimekeeper
    ) {
        self.store = store
        self.machines = machines
        self.ledger = ledger
        self.time = time
    }

    /// What the change that `call` made can have broken.
    func look(after call: SeamCall) {
        guard call.kind != .question else { return }
        if call.kind == .storeWrite {
            readOwners()
            checkOneExecution()
            checkCommits(call)
        }
        if call.name == "containers.createWorkload" || call.name == "containers.startWorkload" { checkDiscards(call) }
        checkOneWriter(call)
        if call.name.hasPrefix("volumes.") || call.name.hasPrefix("transfer.") { checkNoLoss(call) }
    }

    private func readOwners() {
        let entries = store.entries(under: .volumes)
        state.withLock { state in
            for entry in entries where state.read[entry.key] != entry.value {
                state.read[entry.key] = entry.value
                guard let record = try? JSON.decode(VolumeRecord.self, from: entry.value) else { continue }
                state.owners[record.ref] = record.owner
            }
        }
    }

    /// I1: a stateful instance is live on one machine at most.
    private func checkOneWriter(_ call: SeamCall) {
        let owners = state.withLock { $0.owners }
        var live: [InstanceRef: [String]] = [:]
        for machine in machines {
            for instance in machine.liveInstances(owners: owners) { live[instance, default: []].append(machine.name) }
        }
        for (instance, names) in live where names.count > 1 {
            report("I1", "\(instance) is live on \(names.joined(separator: " and "))", call)
        }
    }

    /// I2: at every instant one complete copy holds everything that was acknowledged.
    private func checkNoLoss(_ call: SeamCall) {
        for volume in Set(machines.flatMap(\.volumes.names.whole)) {
            let wanted = ledger.acknowledged(to: volume)
            guard !wanted.isEmpty else { continue }
            let isKept = machines.contains { machine in
                machine.volumes[volume].map { $0.stamp != nil && $0.content.holds(wanted) } ?? false
            }
            if !isKept { report("I2", "no copy of \(volume) holds every acknowledged write", call) }
        }
    }

    /// I5: a service is never in the hands of two migrations that both may go on.
    private func checkOneExecution() {
        let running = store.entries(under: .decisions).filter { $0.value == Decision.running.value }
        guard running.count > 1 else { return }
        var holders: [ServiceRef: String] = [:]
        for entry in running {
            guard let id = try? OperationID(String(entry.key.text.dropFirst(StoreKey.decisions.text.count))),
                let data = store.value(at: .operation(id)),
                let record = try? JSON.decode(OperationRecord.self, from: data)
            else { continue }
            for service in record.services {
                if let other = holders[service] {
                    ledger.violation("I5: \(other) and \(id) both run for \(service), at \(time.now)")
                }
                holders[service] = id.text
            }
        }
    }

    /// What is committed runs on its target at that instant, unless the target lost its power.
    private func checkCommits(_ call: SeamCall) {
        for entry in store.entries(under: .decisions) where entry.value == Decision.committed.value {
            guard state.withLock({ $0.committed.insert(entry.key).inserted }),
                let id = try? OperationID(String(entry.key.text.dropFirst(StoreKey.decisions.text.count))),
                let data = store.value(at: .operation(id)),
                let record = try? JSON.decode(OperationRecord.self, from: data),
                let target = machines.first(where: { $0.id == record.to.id })
            else { continue }
            for member in record.plan.unit.members
            where target.boot == 1 && !target.containers.isRunning(member.instance.ref) {
                report("I1", "\(member.instance.ref) was committed to a candidate that was given up", call)
            }
        }
    }

    /// An attempt that the target has discarded is refused for ever.
    private func checkDiscards(_ call: SeamCall) {
        for machine in machines where machine.name == call.machine {
            let discarded = ledger.discarded(on: machine.name)
            guard !discarded.isEmpty else { return }
            for container in machine.containers.all where container.operation.map(discarded.contains) ?? false {
                report("I1", "\(machine.name) makes \(container.instance) of an attempt that it has discarded", call)
            }
        }
    }

    private func report(_ invariant: String, _ text: String, _ call: SeamCall) {
        ledger.violation("\(invariant): \(text), at \(time.now) after \(call)")
    }
}

extension SimulatedMachine {
    /// Stateful instances whose container runs here and can be reached, or can write a committed copy.
    func liveInstances(owners: [VolumeRef: MachineID]) -> [InstanceRef] {
        containers.runningWorkloads().compactMap { instance, opened in
            guard !opened.isEmpty else { return nil }
            let writesLive = opened.contains { volume in
                guard let dataset = volumes[volume], dataset.isMounted else { return false }
                return dataset.stamp?.state == .live || owners[volume] == id
            }
            return writesLive || network.link(instance) == .open ? instance : nil
        }
    }
}

extension [VolumeWrite] {
    /// Whether every one of `wanted` is among these; both are in order.
    func holds(_ wanted: [UInt64]) -> Bool {
        var index = startIndex
        for number in wanted {
            while index < endIndex, self[index].number != number { index += 1 }
            guard index < endIndex else { return false }
            index += 1
        }
        return true
    }
}
