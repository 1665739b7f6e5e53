import Foundation
import PloyzModel

/// Everything that the cutover needs and that can be had while the workload still runs.
///
/// **Left behind on failure**: tickets on the target, which expire.
extension MigrationRunner {
    mutating func arm() async throws {
        while true {
            if try await waitForStore(), !unit.isStateless {
                // What was written while it waited would all be in the last delta.
                try await preCopy()
            }
            do {
                return try await armOnce()
            } catch let error as PloyzError where error.code == .storeUnreachable {
                // It went away in between: the cutover waits for it once more.
                try Task.checkCancellation()
            }
        }
    }

    /// Returns when the store answers. One that does not keeps nobody down here: the workload runs.
    ///
    /// - Returns: whether it was away.
    private func waitForStore() async throws -> Bool {
        let began = seams.time.now
        var wasAway = false
        while true {
            do {
                _ = try await seams.store.decision(record.id)
                return wasAway
            } catch {
                try Task.checkCancellation()
                guard seams.time.now - began < seams.limits.storeAway else {
                    throw PloyzError(
                        .storeUnreachable,
                        "the store did not answer for \(Microseconds(seams.time.now - began)): \(PloyzError(wrapping: error).message)"
                    )
                }
                if !wasAway {
                    let limit = Microseconds(seams.limits.storeAway)
                    events.emit(
                        .note(
                            text:
                                "the store does not answer: the cutover waits for it, at most \(limit); the workload runs"
                        )
                    )
                }
                wasAway = true
                try await seams.time.sleep(for: .seconds(1))
            }
        }
    }

    private mutating func armOnce() async throws {
        let name = try entry.snapshotName(round: "last")
        async let tickets = lastTickets(name)
        async let inputs = commitInputs()
        async let holders = foreignHolders()
        if let holder = try await holders.first { throw holder }
        let (conditions, volumes, routes) = try await inputs
        armed = try await Armament(
            tickets: tickets,
            lastName: name,
            conditions: conditions,
            routes: routes,
            volumes: volumes
        )
        // Written down with the stop, before they are made.
        let last = unit.volumes.map { OwnerEntry.Hold(volume: $0.ref, snapshot: name) }
        entry.holds.removeAll(where: last.contains)
        entry.holds += last
        await publish()
    }

    private func lastTickets(_ name: SnapshotName) async throws -> [VolumeRef: TransferTicket] {
        let target = try await peer(record.to.id)
        let bases = entry.arrived
        let runner = self
        let tickets = try await sideBySide(unit.volumes) { [seams, id, transfer] volume in
            let stream = VolumeStream(
                volume: volume.ref,
                base: bases[volume.ref],
                snapshot: VolumeSnapshot(name: name, guid: 0, creation: 0),
                includesIntermediates: false,
                flags: runner.flags(of: volume.ref)
            )
            let request = TicketRequest(id: id, content: .volume(stream))
            return try await seams.time.within(seams.limits.peer, "asking for the last round's ticket") {
                let ticket = try await target.ticket(request)
                try await transfer.open(ticket)
                return ticket
            }
        }
        return Dictionary(zip(unit.volumes.map(\.ref), tickets)) { first, _ in first }
    }

    /// The records that the commit changes, as the store has them now.
    ///
    /// - Throws: ``PloyzError`` `plan-outdated` when one is not what the plan was made from.
    private func commitInputs() async throws -> ([StoreTransaction.Condition], [VolumeRecord], [RouteRecord]) {
        var conditions: [StoreTransaction.Condition] = []
        let services = Set(unit.members.map(\.service)).sorted { $0.ref < $1.ref }
        for service in services { conditions.append(try await unchanged(service)) }
        for member in unit.members { conditions.append(try await unchanged(member.instance)) }
        for volume in unit.volumes { conditions.append(try await unchanged(volume)) }
        var routes: [RouteRecord] = []
        for member in unit.members {
            let key = StoreKey.route(member.instance.address)
            if let data = try await seams.store.get(key) {
                conditions.append(.value(key, data))
                routes.append(try JSON.decode(RouteRecord.self, from: data))
            } else {
                conditions.append(.absent(key))
                routes.append(
                    RouteRecord(
                        address: member.instance.address,
                        instance: member.instance.ref,
                        machine: record.from.id,
                        ports: member.service.spec.servicePorts,
                        generation: 0
                    )
                )
            }
        }
        return (conditions, unit.volumes, routes)
    }

    private func unchanged(_ wanted: some StoreRecord) async throws -> StoreTransaction.Condition {
        let key = wanted.storeKey
        guard let data = try await seams.store.get(key), data == (try JSON.encode(wanted)) else {
            throw PloyzError(.planOutdated, "\(key) changed since the migration began", next: "repeat the command")
        }
        return .value(key, data)
    }

    private func foreignHolders() async throws -> [PloyzError] {
        let found = try await sideBySide(unit.volumes) { [seams] volume in
            let storage = try seams.storage()
            let holders = try await seams.local("looking for holders of \(volume.ref)") {
                try await storage.foreignHolders(of: volume.ref)
            }
            return (volume.ref, holders)
        }
        return found.flatMap { volume, holders in
            holders.map { PloyzError(.foreignHolder, "\($0) has \(volume) mounted: it could not be fenced") }
        }
    }
}
