import Foundation
import PloyzModel

extension TargetAgent {
    package func settle(_ request: SettleRequest) async throws {
        try await work.withLock(request.id.operation) {
            let entry = try await entry(request.id.operation)
            guard entry.phase != .settled else { return }
            guard entry.attempt == request.id.attempt, entry.unit != nil else {
                // A commit compares the candidate key, which is written after this entry: one that is gone was settled,
                // without the owner's second word, and tidied up.
                let decision = try await seams.store.decision(request.id.operation)
                let isSettled = decision == .committed && entry.attempt == 0
                if isSettled, !Mutant.isActive(.settleNotRepeated) { return }
                throw PloyzError(.notPrepared, "\(request.id) is not here")
            }
            // The owner says so only when it knows, so its word is enough when the store is away. A store that answers
            // is believed more.
            if let decision = try? await seams.store.decision(request.id.operation), decision != .committed {
                throw PloyzError(.notCommitted, "\(request.id.operation) is \(decision.rawValue), not committed")
            }
            guard entry.phase != .settling else {
                // A first word that comes late, after this machine has found the decision by itself, ends no handover.
                guard try await self.isHandedOver(entry) else { return }
                return try await seams.local("taking over \(request.id)") { try await self.takeOver(entry) }
            }
            // The first word opens the candidate and is answered at once: clients wait for it. The stamps follow with
            // the owner's second word, or by themselves when that never comes.
            try await seams.local("opening \(request.id)") { try await self.open(entry) }
        }
    }

    /// The candidates answer at their addresses. May be repeated.
    private func open(_ entry: TargetEntry) async throws {
        guard let unit = entry.unit else { return }
        // Beside the links, not before them: until it is durable, the store's decision says the same.
        let handoverEnds = seams.time.date.addingTimeInterval(seams.limits.candidate.seconds)
        async let known = change(entry.operation) { entry in
            if entry.phase != .settling { entry.deadline = handoverEnds }
            entry.phase = .settling
        }
        if unit.isStateless {
            try await openBeside(unit)
            _ = try await known
            return
        }
        let seams = seams
        _ = try await sideBySide(unit.members) { member in
            try await seams.network.unseal(member.instance.ref, address: member.instance.address)
        }
        try await seams.routes.refresh(unit.addresses)
        _ = try await known
    }

    /// The candidates answer beside the instances that they replace, and the records send new connections to them.
    private func openBeside(_ unit: MigrationUnit) async throws {
        let seams = seams
        _ = try await sideBySide(unit.members) { member in
            try await seams.network.openBeside(member.instance.ref, address: member.instance.address)
        }
        // This machine takes what comes by the alias before anybody is told to use it.
        try await seams.routes.refresh(unit.addresses)
        try await seams.store.advanceHandover(of: unit, to: .open)
        try await seams.routes.refresh(unit.addresses)
    }

    private func isHandedOver(_ entry: TargetEntry) async throws -> Bool {
        guard let unit = entry.unit, unit.isStateless else { return true }
        return try await seams.store.isHandedOver(unit)
    }

    /// Goes on with what is committed, without the owner's word: it may be gone for good. A handover is the owner's to
    /// end, while it lives.
    func settleAlone(_ entry: TargetEntry) async throws {
        if let unit = entry.unit, try await !isHandedOver(entry) {
            guard entry.phase == .settling else { return try await open(entry) }
            // After a power cut nothing is open here that the owner's end of the handover could be waited for with.
            guard try await hasCandidates(unit) else { return try await takeOver(entry) }
            guard let deadline = entry.deadline, seams.time.date > deadline else { return }
            try await seams.store.advanceHandover(of: unit, to: .over)
        }
        try await takeOver(entry)
    }

    /// The candidates become the workload. May be repeated.
    func takeOver(_ entry: TargetEntry) async throws {
        guard let unit = entry.unit else { return }
        // After a power cut there is no candidate to open. The records name this machine: once the copies are stamped and
        // the instances are no longer claimed, they are started like any others.
        let seams = seams
        if try await hasCandidates(unit) {
            try await open(entry)
        } else if !unit.isStateless {
            // Of several that share a volume one may have ended meanwhile. Those that run are opened all the same:
            // whoever keeps workloads running takes them for good, and starts the rest.
            let running = try await runningWorkloads()
            try await eachAsFarAsPossible(unit.members.filter { running.contains($0.instance.ref) }) { member in
                try await seams.network.unseal(member.instance.ref, address: member.instance.address)
            }
        }
        let agent = self
        try await eachAsFarAsPossible(unit.volumes) { record in
            let storage = try seams.storage()
            try await storage.setStamp(agent.stamp(of: record, .live))
            // Nothing is received any more. Its own quota is set by whoever keeps those of the records.
            try await storage.apply(entry.settings?[record.ref] ?? .none, to: record.ref, isReceiving: false)
        }
        try await change(entry.operation) { $0.phase = .settled }
        seams.claims.release(entry.operation)
    }

    private func hasCandidates(_ unit: MigrationUnit) async throws -> Bool {
        let running = try await runningWorkloads()
        return unit.members.allSatisfy { running.contains($0.instance.ref) }
    }

    private func runningWorkloads() async throws -> Set<InstanceRef> {
        Set(try await seams.containers.containers().filter { $0.role == .workload && $0.isRunning }.map(\.instance))
    }

    /// After the commit, and out of its way: own snapshots of this and of earlier moves go, except those that a copy on
    /// another machine has as its base; the common one is held for the way back.
    func tidy(_ entry: TargetEntry) async throws {
        if let storage = seams.volumes {
            try await eachAsFarAsPossible(entry.unit?.volumes.map(\.ref) ?? []) { volume in
                try await self.prune(volume, behind: entry.snapshots[volume], in: storage)
            }
        }
        try await forget(entry.operation)
    }

    private func prune(_ volume: VolumeRef, behind guid: UInt64?, in storage: any VolumeStore) async throws {
        let record = try await seams.store.record(VolumeRecord.self, at: .volume(volume))
        let snapshots = try await storage.snapshots(of: volume)
        // What is newer is of a migration that is under way from here.
        guard let record, record.owner == seams.machine, let mark = snapshots.firstIndex(where: { $0.guid == guid })
        else { return }
        try await storage.hold(volume, snapshots[mark].name, tag: .previous)
        try await storage.keepBase(volume, snapshots[mark])
        let needed = Set(record.previousCopies.map(\.guid))
        for snapshot in snapshots[..<mark] where snapshot.name.isOurs && !needed.contains(snapshot.guid) {
            try await storage.release(volume, snapshot.name, tag: .previous)
            try await storage.destroySnapshot(volume, snapshot)
        }
        let marks = try await storage.bookmarks(of: volume).filter { $0.creation < snapshots[mark].creation }
        for bookmark in marks where bookmark.name.isOurs && !needed.contains(bookmark.guid) {
            try await storage.destroySnapshot(volume, bookmark)
        }
    }
}
