import PloyzModel

/// New connections to the unit's addresses wait, on the machines where they are begun, from here until the address leads to
/// an instance that answers: on the target after the commit, here after an abort.
///
/// **Left behind on failure**: addresses that are parked. The undo of this step lets them go.
extension MigrationRunner {
    mutating func park() async throws {
        guard var armed else { throw PloyzError(.notPrepared, "the cutover was not armed") }
        let keys = Set(armed.routes.map { StoreKey.route($0.address) })
        let parked = armed.routes.map { $0.parked(for: record.id) }
        let transaction = StoreTransaction(
            conditions: armed.conditions + [.value(.decision(record.id), Decision.running.value)],
            writes: try parked.map { try .put($0) }
        )
        let others = try await seams.store.records(MachineRecord.self, under: .machines).map(\.id)
            .filter { $0 != seams.machine }
        // Asked while nobody waits: connections are open then, and a machine that is away costs clients nothing.
        let reachable = try await askToFollow(others, [])
        guard try await seams.store.commit(transaction) else {
            throw PloyzError(.planOutdated, "a record changed since the migration began", next: "repeat the command")
        }
        armed.routes = parked
        armed.conditions.removeAll { keys.contains($0.key) }
        armed.conditions += try parked.map { try .value($0) }
        self.armed = armed
        async let followers = askToFollow(reachable, unit.addresses)
        try await seams.routes.refresh(unit.addresses)
        _ = try await followers
        let left = try await drain()
        if left > 0 {
            let them = left == 1 ? "1 connection is" : "\(left) connections are"
            events.emit(.note(text: "\(them) still open: the stop of the workload ends what it does not finish"))
        }
        let network = seams.network
        _ = try await sideBySide(unit.members) { member in
            try await network.holdArrivals(member.instance.ref, address: member.instance.address)
        }
    }

    /// Returns when the machines have applied the records of the addresses, or have had time to. One that hears of them only
    /// by its watch sends its clients here until then.
    ///
    /// - Returns: those that have answered.
    private func askToFollow(_ machines: [MachineID], _ addresses: [IPv4Address]) async throws -> [MachineID] {
        let runner = self
        let answered = try await sideBySide(machines) { [seams] machine -> MachineID? in
            let answer: Void? = try? await seams.time.within(seams.limits.follow, "asking \(machine) to follow") {
                try await runner.peer(machine).follow(FollowRequest(addresses: addresses))
            }
            return answer == nil ? nil : machine
        }
        try Task.checkCancellation()
        return answered.compactMap(\.self)
    }

    /// Returns when nobody begins a connection with the workload any more and none ends: other machines have heard that the
    /// address is parked, and what was asked before is answered. Connections that stay open are cut by the stop.
    ///
    /// - Returns: how many these are.
    private func drain() async throws -> Int {
        let containers = try await seams.containers.containers()
        let members = Set(unit.members.map(\.instance.ref))
        let sandboxes = containers.filter { $0.role == .sandbox && $0.isRunning && members.contains($0.instance) }
            .map { RunningContainer(id: $0.id, pid: $0.pid) }
        let began = seams.time.now
        var quietSince = began
        var open = try await openConnections(in: sandboxes)
        while seams.time.now - quietSince < seams.limits.quiet, seams.time.now - began < seams.limits.drain {
            try await seams.time.sleep(for: seams.limits.quiet / 5)
            let now = try await openConnections(in: sandboxes)
            if now != open { quietSince = seams.time.now }
            open = now
        }
        return open.count
    }

    private func openConnections(in sandboxes: [RunningContainer]) async throws -> Set<String> {
        var all: Set<String> = []
        for sandbox in sandboxes { all.formUnion(try await seams.network.openConnections(in: sandbox)) }
        return all
    }

    /// The undo: the addresses lead to this machine again, where the workload answers by now.
    ///
    /// The records are written anew even where none says that it is parked: a parking whose answer was lost may arrive
    /// late, and then finds another record than the one that it was to replace.
    func endParking() async throws {
        for address in unit.addresses { try await release(address) }
        try await seams.routes.refresh(unit.addresses)
    }

    private func release(_ address: IPv4Address) async throws {
        if Mutant.isActive(.parkingKept) { return }
        let key = StoreKey.route(address)
        for _ in 0..<4 {
            guard let value = try await seams.store.get(key) else { return }
            let route = try StoreEntry(key: key, value: value).record(RouteRecord.self)
            guard route.parking.map({ $0.operation == record.id }) ?? (route.machine == record.from.id) else { return }
            let transaction = StoreTransaction(conditions: [.value(key, value)], writes: [try .put(route.released)])
            if try await seams.store.commit(transaction) { return }
        }
        throw PloyzError(
            .planOutdated,
            "\(key) changes all the time",
            state: "new connections from other machines still wait",
            next: "ployzctl migrate show \(record.id)"
        )
    }
}
