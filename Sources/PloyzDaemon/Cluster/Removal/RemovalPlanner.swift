import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// Plans the removal of a machine: pure, from one reading of the whole store.
///
/// Nothing is lost unless it is forced: whatever lives on the machine is an obstacle then. Forced, what lives there leaves
/// the records. Services stay, with fewer instances or none, so that a deployment of their manifest places what is missing
/// anew; volumes do not, since a deployment must be able to make them anew, and empty.
struct RemovalPlanner {
    let machine: MachineRecord
    let picture: DeployPicture
    let operations: [OperationRecord]
    let certificates: IssuedCertificates?
    let decisions: [OperationID: Decision]
    let isForced: Bool
    let date: Date
    var plan: RemovalPlan
    /// Changes, each of which is made as a whole.
    var changes: [Change] = []

    /// Keys that must be as they were read, and what is written then.
    struct Change {
        var reliedOn: [StoreKey]
        var writes: [StoreTransaction.Write]
    }

    private init(_ machine: MachineRecord, _ listing: StoreListing, isForced: Bool, at date: Date) throws {
        self.machine = machine
        self.isForced = isForced
        // Records carry whole seconds.
        self.date = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down))
        picture = try DeployPicture(listing)
        var operations: [OperationRecord] = []
        var decisions: [OperationID: Decision] = [:]
        for entry in listing.entries {
            if entry.key.isBelow(.operations) { operations.append(try entry.record(OperationRecord.self)) }
            if entry.key.isBelow(.decisions),
                let id = try? OperationID(String(entry.key.text.dropFirst(StoreKey.decisions.text.count)))
            {
                decisions[id] = Decision(value: entry.value)
            }
        }
        self.operations = operations
        self.decisions = decisions
        certificates = try listing.entries.first { $0.key == .certificates(of: machine.id) }
            .map { try $0.record(IssuedCertificates.self) }
        plan = RemovalPlan(machine: machine)
    }

    /// - Parameter listing: everything in the store.
    /// - Throws: ``PloyzError`` `store-corrupt`.
    static func plan(
        _ machine: MachineRecord,
        in listing: StoreListing,
        isForced: Bool,
        at date: Date
    ) throws -> RemovalPlan {
        var planner = try RemovalPlanner(machine, listing, isForced: isForced, at: date)
        planner.planMembership()
        planner.planMigrations()
        planner.planInstances()
        planner.planVolumes()
        planner.planCopies()
        try planner.planTransactions()
        return planner.plan
    }

    mutating func refuse(_ message: String, next: String) {
        plan.obstacles.append(PloyzError(.machineInUse, message, next: next))
    }

    private mutating func planMembership() {
        guard machine.isStorageMember else { return }
        refuse(
            "\(machine.name) has a member of the cluster store",
            next: "ployzctl machine storage demote \(machine.name)"
        )
    }

    // MARK: What lives there

    private mutating func planInstances() {
        for instance in picture.cluster.instances.sorted(by: { $0.ref < $1.ref }) where instance.machine == machine.id {
            let service = picture.service(instance.ref.service)
            // One of a service that is on every machine is there because the machine is.
            let belongsToMachine = service?.spec.placement == .global && service?.volumes.isEmpty == true
            guard isForced || belongsToMachine else {
                refuse(instance, of: service)
                continue
            }
            plan.removedInstances.append(instance.ref)
            changes.append(
                Change(
                    reliedOn: [.instance(instance.ref)],
                    writes: [
                        .delete(.instance(instance.ref)), .delete(.route(instance.address)),
                        .delete(.status(instance.ref)),
                    ]
                )
            )
        }
        guard isForced else { return }
        // What was being handed over from here is with its new place now.
        for route in picture.routes {
            guard let handover = route.handover, handover.from == machine.id, handover.phase != .over,
                route.machine != machine.id
            else { continue }
            var over = route
            over.handover?.phase = .over
            over.generation += 1
            if let write = try? StoreTransaction.Write.put(over) {
                changes.append(Change(reliedOn: [route.storeKey], writes: [write]))
            }
        }
    }

    private mutating func refuse(_ instance: InstanceRecord, of service: ServiceRecord?) {
        let own = (service?.volumes ?? []).filter { picture.volume($0)?.owner == machine.id }
        let volumes = own.isEmpty ? "" : ", with \(own.map(\.description).joined(separator: " and "))"
        let isAmbiguous = picture.instances(of: instance.ref.service).count > 1
        refuse(
            "\(instance.ref) is on \(machine.name)\(volumes)",
            next: "ployzctl migrate apply \(instance.ref.service) --to MACHINE"
                + (isAmbiguous ? " --instance \(instance.ref.index)" : "")
        )
    }

    private mutating func planVolumes() {
        for volume in picture.cluster.volumes.sorted(by: { $0.ref < $1.ref }) where volume.owner == machine.id {
            let users = picture.cluster.services.filter { $0.volumes.contains(volume.ref) }.map(\.ref).sorted()
            let moves = users.contains { user in
                picture.instances(of: user).contains { $0.machine == machine.id }
            }
            if isForced {
                if volume.isCreated { plan.lostVolumes.append(loss(of: volume, users: users)) }
                changes.append(Change(reliedOn: [volume.storeKey], writes: [.delete(volume)]))
            } else if !moves {
                refuse(
                    "\(machine.name) owns \(volume.ref), which no instance mounts",
                    next: "deploy a service that mounts it, then move that: ployzctl migrate apply SERVICE --to MACHINE"
                )
            }
        }
    }

    private func loss(of volume: VolumeRecord, users: [ServiceRef]) -> LostVolume {
        let sizes = operations.sorted { $0.startedAt < $1.startedAt }.compactMap { operation in
            operation.plan.volumes.first { $0.volume == volume.ref }?.size
        }
        let copies = volume.previousCopies.filter { $0.machine != machine.id }
        let copy = copies.max { $0.epoch < $1.epoch }.map { copy in
            let origin = operations.first { $0.id == copy.snapshot.origin?.operation }
            return LostVolume.Copy(
                machine: picture.place(copy.machine) ?? MachinePlace(id: copy.machine, name: MachineName(copy.machine)),
                snapshot: copy.snapshot,
                date: origin.map { $0.finishedAt ?? $0.startedAt }
            )
        }
        return LostVolume(volume: volume.ref, size: sizes.last, services: users, lastCopy: copy)
    }

    /// Previous copies that the machine keeps of others' volumes: the datasets stay on its disk, nobody counts on them.
    private mutating func planCopies() {
        for volume in picture.cluster.volumes.sorted(by: { $0.ref < $1.ref })
        where volume.owner != machine.id && volume.previousCopies.contains(where: { $0.machine == machine.id }) {
            // Its record is compared by the commit of a migration that is under way.
            if let lock = locks(of: volume.ref).first(where: { !isInvolved($0) }) {
                refuse(
                    "\(volume.ref), of which \(machine.name) has a previous copy, is being moved by \(lock)",
                    next: "ployzctl migrate watch \(lock), then repeat"
                )
                continue
            }
            plan.forgottenCopies.append(volume.ref)
            var changed = volume
            changed.previousCopies.removeAll { $0.machine == machine.id }
            if let write = try? StoreTransaction.Write.put(changed) {
                changes.append(Change(reliedOn: [volume.storeKey], writes: [write]))
            }
        }
    }

    private func locks(of volume: VolumeRef) -> [OperationID] {
        picture.cluster.services.filter { $0.volumes.contains(volume) }.compactMap { picture.locks[$0.ref] }
    }

    private func isInvolved(_ operation: OperationID) -> Bool {
        operations.contains { $0.id == operation && ($0.from.id == machine.id || $0.to.id == machine.id) }
    }

    // MARK: The end

    /// As few transactions as can hold everything; the machine goes with the last.
    private mutating func planTransactions() throws {
        let name = StoreKey.machineName(machine.name)
        let certificatesKey = StoreKey.certificates(of: machine.id)
        let removed = RemovedMachine(
            id: machine.id,
            name: machine.name,
            serials: certificates?.certificates.map(\.serial) ?? [],
            removedAt: date
        )
        let last = Change(
            reliedOn: [name, certificatesKey],
            writes: [
                .delete(machine), .delete(name), .delete(.subnet(machine.subnet)), .delete(certificatesKey),
                .delete(.drain(machine.id)), try .put(removed),
            ]
        )
        var open = Change(reliedOn: [], writes: [])
        for change in changes + [last] {
            if open.writes.count + change.writes.count > Self.mostOperations
                || open.reliedOn.count + change.reliedOn.count > Self.mostOperations
            {
                plan.transactions.append(transaction(open))
                open = Change(reliedOn: [], writes: [])
            }
            open.reliedOn += change.reliedOn
            open.writes += change.writes
        }
        plan.transactions.append(transaction(open))
    }

    /// One condition, on the machine itself, comes to those of the changes.
    private static let mostOperations = StoreTransaction.maximumOperations - 1

    private func transaction(_ change: Change) -> StoreTransaction {
        StoreTransaction(
            conditions: ([machine.storeKey] + change.reliedOn).map { picture.unchanged($0) },
            writes: change.writes
        )
    }
}
