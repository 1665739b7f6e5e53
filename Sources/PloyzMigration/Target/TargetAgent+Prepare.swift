import Foundation
import PloyzModel

extension TargetAgent {
    package func prepare(_ request: PrepareRequest) async throws {
        // One preparation of the same instances at a time, across operations. One that is held up between reading
        // `running` and writing its entry would not be seen by that of a later operation, and being discarded afterwards
        // would stop the later one's candidate.
        try await preparing.withLock(request.unit.members.first?.instance.ref.service.namespace) {
            try await work.withLock(request.id.operation) { try await prepareAlone(request) }
        }
    }

    private func prepareAlone(_ request: PrepareRequest) async throws {
        try await checkRunning(request.id)
        try await giveUpOthers(than: request)
        let deadline = seams.time.date.addingTimeInterval(seams.limits.candidate.seconds)
        try await change(request.id.operation) { entry in
            guard request.id.attempt > entry.tombstone, request.id.attempt >= entry.attempt else {
                throw Self.discarded(request.id)
            }
            guard entry.attempt < request.id.attempt || [.preparing, .prepared].contains(entry.phase) else {
                throw PloyzError(.notPrepared, "attempt \(request.id) is past its preparation")
            }
            entry.attempt = request.id.attempt
            entry.phase = .preparing
            entry.source = request.source
            entry.unit = request.unit
            entry.bases = request.bases
            entry.settings = request.settings
            entry.keys = request.keys
            entry.deadline = deadline
        }
        await seams.claims.claim(request.unit.members.map(\.instance.ref), for: request.id.operation)
        let sandboxes = try await seams.time.within(seams.limits.peer, "preparing \(request.id)") {
            try await self.makeReady(request)
        }
        try await change(request.id.operation) { entry in
            guard request.id.attempt > entry.tombstone else { throw Self.discarded(request.id) }
            entry.phase = .prepared
            entry.sandboxes = sandboxes
        }
    }

    /// A message that comes after the operation has ended prepares nothing.
    private func checkRunning(_ id: AttemptID) async throws {
        let decision = try await seams.store.decision(id.operation)
        guard decision == .running else {
            throw PloyzError(.discarded, "\(id.operation) is \(decision?.rawValue ?? "not known to the store")")
        }
    }

    /// Ends what earlier migrations of the same instances left here; one that is not over yet is in the way.
    private func giveUpOthers(than request: PrepareRequest) async throws {
        let members = Set(request.unit.members.map(\.instance.ref))
        for other in try await known() where other.operation != request.id.operation && other.isOpen {
            guard let unit = other.unit, unit.members.contains(where: { members.contains($0.instance.ref) }) else {
                continue
            }
            switch try await seams.store.decision(other.operation) {
            case .aborted:
                try await work.withLock(other.operation) { try await giveUp(other.id) }
            case .running, .committed, nil:
                throw PloyzError(
                    .otherMigration,
                    "\(other.operation) is not over on this machine",
                    next: "wait and repeat"
                )
            }
        }
    }

    private func makeReady(_ request: PrepareRequest) async throws -> [String: RunningContainer] {
        let seams = seams
        for container in try await seams.containers.containers()
        where container.role == .workload && container.isRunning {
            guard request.unit.members.contains(where: { $0.instance.ref == container.instance }) else { continue }
            throw PloyzError(.liveHere, "a container of \(container.instance) runs on this machine")
        }
        let agent = self
        async let volumes: [Void] = sideBySide(request.unit.volumes) { record in
            try await agent.makeReady(record, request)
        }
        let sandboxes = try await sideBySide(request.unit.members) { member in
            let sandbox = try await seams.containers.startSandbox(seams.sandbox(of: member))
            let instance = member.instance
            let sealed = !Mutant.isActive(.sealLeftOpen)
            try await seams.network.attach(instance.ref, sandbox: sandbox, address: instance.address, sealed: sealed)
            // Whatever this link was before, it is down now: repeats of `attach` change nothing.
            if sealed { try await seams.network.seal(instance.ref) }
            if agent.dialsOut(member, in: request.unit) {
                try await seams.network.openEgress(instance.ref, address: instance.address)
            }
            return sandbox
        }
        _ = try await volumes
        try await createWorkloads(request)
        let names = request.unit.members.map(\.instance.ref.description)
        return Dictionary(zip(names, sandboxes)) { first, _ in first }
    }

    private func dialsOut(_ member: MigrationUnit.Member, in unit: MigrationUnit) -> Bool {
        (member.service.spec.candidateNetwork ?? (unit.isStateless ? .egress : .sealed)) == .egress
    }

    private func createWorkloads(_ request: PrepareRequest) async throws {
        let seams = seams
        let volumes = request.unit.volumes.map(\.ref)
        let specs = request.unit.members.map { member in
            let namespace = member.service.ref.namespace
            let names = member.service.spec.volumeNames
            return WorkloadSpec(
                instance: member.instance.ref,
                template: member.service.spec.template,
                imageID: member.instance.imageID,
                directories: Dictionary(
                    names.compactMap { name in
                        seams.volumes.map {
                            (name, $0.directory(of: VolumeRef(namespace: namespace, volume: name)))
                        }
                    }
                ) { first, _ in first },
                epoch: member.instance.epoch.next,
                generation: member.instance.generation,
                operation: request.id.operation
            )
        }
        for image in Set(specs.map(\.imageID)).sorted() where try await seams.containers.imageID(image) == nil {
            throw PloyzError(.imageMissing, "the image \(image) is not on this machine")
        }
        let create: @Sendable () async throws -> Void = {
            _ = try await sideBySide(specs) { try await seams.containers.createWorkload($0) }
        }
        if let storage = seams.volumes, !volumes.isEmpty {
            try await storage.withPlaceholders(for: volumes, create)
        } else {
            try await create()
        }
    }

    /// Takes a copy that is here back to its base, or clears what an interrupted first receive left.
    private func makeReady(_ record: VolumeRecord, _ request: PrepareRequest) async throws {
        let storage = try seams.storage()
        let base = request.bases[record.ref]
        // A part of a stream that will not be gone on with is in the way of every other.
        let isResuming = request.resuming?.contains(record.ref) ?? false
        guard let dataset = try await storage.dataset(of: record.ref) else {
            guard base == nil else {
                throw PloyzError(.wrongSnapshot, "\(record.ref) has no copy here to start from")
            }
            if isResuming, try await storage.partialReceive(of: record.ref) != nil { return }
            return try await storage.discardStaging(record.ref)
        }
        guard let stamp = dataset.stamp, stamp.volume == record.ref else {
            throw PloyzError(
                .foreignDatasetOnTarget,
                "\(dataset.name) was not made by this system",
                state: "it was not touched"
            )
        }
        // A live stamp of an older epoch is a copy whose machine was away when the volume left it.
        guard stamp.state != .live || stamp.epoch < record.epoch else {
            throw PloyzError(.liveHere, "\(dataset.name) is the live copy of \(record.ref), epoch \(stamp.epoch)")
        }
        guard let base else {
            // Adopted by an earlier call of this same attempt, and not planned for.
            guard stamp == self.stamp(of: record, .incoming) else {
                throw PloyzError(.wrongSnapshot, "\(dataset.name) exists, but a full copy was announced")
            }
            return
        }
        if dataset.isMounted { try await storage.unmount(record.ref) }
        if !isResuming { try await storage.discardPartial(of: record.ref) }
        let snapshots = try await storage.snapshots(of: record.ref)
        guard let mark = snapshots.lastIndex(where: { $0.guid == base }) else {
            throw PloyzError(.wrongSnapshot, "\(dataset.name) does not have the snapshot \(base)")
        }
        // Leftovers of tries that came to nothing. `receive` wants the base to be the newest; what is not ours stays.
        for snapshot in snapshots[(mark + 1)...].reversed() where snapshot.name.isOurs {
            try await storage.release(record.ref, snapshot.name, tag: .previous)
            try await storage.destroySnapshot(record.ref, snapshot)
        }
        if !Mutant.isActive(.rollbackForgotten) { try await storage.rollback(record.ref, to: base) }
        if let settings = request.settings {
            try await storage.apply(settings[record.ref] ?? .none, to: record.ref, isReceiving: true)
        }
        try await storage.setStamp(self.stamp(of: record, .incoming))
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
