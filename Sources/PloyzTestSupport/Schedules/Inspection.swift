import Foundation
import PloyzMigration
import PloyzModel

/// What is wrong with a cluster in which nothing is under way any more. Knows the records and the machines, and nothing of
/// the engine.
struct Inspection {
    let cluster: SimulatedCluster
    let stage: Stage
    private(set) var found: [String] = []

    init(_ cluster: SimulatedCluster, _ stage: Stage) {
        self.cluster = cluster
        self.stage = stage
    }

    /// - Parameter isFinal: the migration has succeeded, so nothing of earlier tries is of any use.
    static func problems(_ cluster: SimulatedCluster, _ stage: Stage, foreign: [String], isFinal: Bool) -> [String] {
        var inspection = Inspection(cluster, stage)
        inspection.inspectInstances()
        inspection.inspectOperations()
        inspection.inspectRoutes()
        inspection.inspectMachines()
        if isFinal { inspection.inspectSnapshots() }
        let now = stage.foreignThings(in: cluster)
        for gone in foreign where !now.contains(gone) { inspection.found.append("I3: gone or changed: \(gone)") }
        // A copy takes snapshots of users along: the same, without their holds.
        let known = Set(foreign.map(Self.carried))
        for new in now where !foreign.contains(new) && !known.contains(Self.carried(new)) {
            inspection.found.append("I3: new: \(new)")
        }
        return inspection.found
    }

    /// The volume, snapshot and GUID of a foreign thing, on whatever machine, whoever holds it.
    private static func carried(_ thing: String) -> [Substring] {
        Array(thing.split(separator: " ").dropFirst().prefix(2))
    }

    private func records<Record: Decodable>(_ type: Record.Type, under prefix: StoreKey) -> [Record] {
        cluster.store.values(under: prefix).compactMap { try? JSON.decode(type, from: $0) }
    }

    private mutating func inspectInstances() {
        let services = Dictionary(records(ServiceRecord.self, under: .services).map { ($0.ref, $0) }) { $1 }
        let volumes = Dictionary(records(VolumeRecord.self, under: .volumes).map { ($0.ref, $0) }) { $1 }
        for instance in records(InstanceRecord.self, under: .instances) {
            guard let service = services[instance.ref.service] else { continue }
            for machine in cluster.machines { inspect(instance, on: machine) }
            for name in service.spec.volumeNames {
                let ref = VolumeRef(namespace: instance.ref.service.namespace, volume: name)
                guard let volume = volumes[ref] else { continue }
                if volume.owner != instance.machine {
                    found.append("I1: \(ref) and \(instance.ref) belong to two machines")
                }
                for machine in cluster.machines { inspect(volume, on: machine) }
            }
        }
    }

    private mutating func inspect(_ instance: InstanceRecord, on machine: SimulatedMachine) {
        let own = machine.containers.all.filter { $0.instance == instance.ref }
        guard machine.id == instance.machine else {
            if !own.isEmpty { found.append("I4: \(machine.name) still has containers of \(instance.ref)") }
            if machine.network.link(instance.ref) != nil {
                found.append("I4: \(machine.name) still has a link of \(instance.ref)")
            }
            return
        }
        let workload = own.first { $0.role == .workload && $0.isRunning }
        if workload == nil { found.append("I4: \(instance.ref) does not run on \(machine.name), where it belongs") }
        if let workload, workload.epoch != instance.epoch || workload.generation != instance.generation {
            found.append("I1: \(instance.ref) runs on \(machine.name) as of another epoch or generation")
        }
        if machine.network.link(instance.ref) != .open {
            found.append("I4: \(instance.ref) cannot be reached on \(machine.name)")
        }
    }

    private mutating func inspect(_ volume: VolumeRecord, on machine: SimulatedMachine) {
        guard machine.id == volume.owner else {
            guard let stamp = machine.volumes[volume.ref]?.stamp else { return }
            if stamp.state != .previous { found.append("I1: \(volume.ref) on \(machine.name) is \(stamp.state)") }
            if machine.volumes[volume.ref]?.isMounted == true {
                found.append("I1: \(volume.ref) is mounted on \(machine.name), which does not own it")
            }
            return
        }
        guard let dataset = machine.volumes[volume.ref] else {
            found.append("I2: \(volume.ref) is not on its owner")
            return
        }
        if dataset.stamp?.state != .live || dataset.stamp?.epoch != volume.epoch || dataset.stamp?.owner != machine.id {
            found.append(
                "I1: \(volume.ref) is stamped \(dataset.stamp.map { "\($0.state) \($0.epoch)" } ?? "by nobody") on its owner"
            )
        }
        let wanted = cluster.ledger.acknowledged(to: volume.ref)
        if !dataset.content.holds(wanted) {
            let kept = Set(dataset.content.map(\.number))
            let lost = wanted.filter { !kept.contains($0) }.count
            found.append("I2: \(lost) of \(wanted.count) acknowledged writes are not in the live copy of \(volume.ref)")
        }
        for operation in cluster.ledger.candidates(behind: dataset.content)
        where cluster.store.value(at: .decision(operation)) != Decision.committed.value {
            found.append("I2: what a discarded candidate of \(operation) wrote is in the live copy of \(volume.ref)")
        }
    }

    private mutating func inspectOperations() {
        for entry in cluster.store.entries(under: .locks) { found.append("I4: the lock \(entry.key) was left") }
        let candidates = StoreKey.root.text + "candidates/"
        for entry in cluster.store.entries(under: StoreKey(candidates)) {
            found.append("I4: the candidate key \(entry.key) was left")
        }
        let decisions = cluster.store.entries(under: .decisions)
        for entry in decisions where entry.value == Decision.running.value {
            found.append("I4: \(entry.key) is still running")
        }
        for record in records(OperationRecord.self, under: .operations) {
            let decision = cluster.store.value(at: .decision(record.id)).flatMap { Decision(value: $0) }
            if record.finishedAt == nil || record.outcome == nil || !record.pending.isEmpty || record.phase != .done {
                found.append("I4: the record of \(record.id) is not closed: \(record.phase), \(record.pending)")
            }
            let isRight = record.state == .committed ? decision == .committed : decision == .aborted
            if !isRight || record.state == .running || record.state == .undecided {
                found.append("I6: \(record.id) is recorded as \(record.state), and was decided otherwise")
            }
        }
    }

    private mutating func inspectRoutes() {
        for route in records(RouteRecord.self, under: .routes) where route.parking != nil {
            found.append("I4: \(route.address) is still parked: its clients wait for nobody")
        }
    }

    private mutating func inspectMachines() {
        for machine in cluster.machines {
            for operation in machine.journal.open {
                found.append("I4: the journal of \(machine.name) still has \(operation)")
            }
            if let holder = machine.claims.holder(of: stage.instance) {
                found.append("I4: \(machine.name) still claims \(stage.instance) for \(holder)")
            }
            for volume in machine.volumes.names.staged {
                found.append("I4: \(machine.name) still has a staged receive of \(volume)")
            }
            for volume in stage.volumes {
                for snapshot in machine.volumes[volume]?.snapshots ?? []
                where snapshot.holds.contains(where: { $0.text.hasPrefix("ployz:op-") }) {
                    found.append("I4: \(volume)@\(snapshot.snapshot.name) on \(machine.name) is still held")
                }
            }
        }
    }

    /// Own snapshots that no way back needs.
    private mutating func inspectSnapshots() {
        for volume in records(VolumeRecord.self, under: .volumes) where stage.volumes.contains(volume.ref) {
            let needed = Set(volume.previousCopies.map(\.guid))
            for machine in cluster.machines {
                for kept in machine.volumes[volume.ref]?.snapshots ?? []
                where kept.snapshot.name.isOurs && !needed.contains(kept.snapshot.guid) && kept.holds.isEmpty {
                    found.append("I4: \(volume.ref)@\(kept.snapshot.name) was left on \(machine.name)")
                }
            }
            for copy in volume.previousCopies {
                let machine = cluster.machines.first { $0.id == copy.machine }
                let snapshot = machine?.volumes[volume.ref]?.snapshots.first { $0.snapshot.guid == copy.guid }
                if snapshot == nil {
                    found.append("I4: \(volume.ref) has no snapshot \(copy.snapshot) for the way back")
                }
                if let snapshot, copy.machine != volume.owner, !snapshot.holds.contains(.previous) {
                    found.append("I4: nothing holds \(volume.ref)@\(copy.snapshot) for the way back")
                }
            }
        }
    }
}
