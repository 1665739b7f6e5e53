import PloyzModel

extension ClusterStore {
    /// Brings the handover of every address of the unit to `phase`, if it is not there or past it.
    ///
    /// - Throws: ``PloyzError`` `plan-outdated` when a record changed each time that it was to be written, and what the
    ///   store throws. May be repeated.
    func advanceHandover(of unit: MigrationUnit, to phase: Handover.Phase) async throws {
        for member in unit.members {
            try await advanceHandover(of: member.instance.address, to: phase)
        }
    }

    /// Whether no address of the unit leads to its old place any more.
    func isHandedOver(_ unit: MigrationUnit) async throws -> Bool {
        for member in unit.members {
            let route = try await record(RouteRecord.self, at: .route(member.instance.address))
            if let handover = route?.handover, handover.phase != .over { return false }
        }
        return true
    }

    private func advanceHandover(of address: IPv4Address, to phase: Handover.Phase) async throws {
        let key = StoreKey.route(address)
        // A deploy that is not of this service may write the same record at the same time, once.
        for _ in 0..<4 {
            guard let value = try await get(key) else { return }
            var route = try StoreEntry(key: key, value: value).record(RouteRecord.self)
            guard let handover = route.handover, handover.phase.isBefore(phase) else { return }
            route.handover?.phase = phase
            route.generation = route.generation.grown
            if try await commit(StoreTransaction(conditions: [.value(key, value)], writes: [.put(route)])) { return }
        }
        throw PloyzError(.planOutdated, "\(key) changes all the time", next: "repeat the command")
    }
}

extension Handover.Phase {
    fileprivate func isBefore(_ other: Self) -> Bool {
        switch (self, other) {
        case (.opening, .open), (.opening, .over), (.open, .over): true
        default: false
        }
    }
}
