import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzStore

extension Member {
    /// Calls of another machine's daemon, or of this one's own member.
    private var storagePeer: @Sendable (MachineID) async throws -> any StoragePeer {
        let (own, keeper, peers) = (identity.machine.id, storage, peers)
        return { machine in machine == own ? keeper : try await peers.storage(machine) }
    }

    var storageChanges: StorageChanges {
        StorageChanges(
            store: store,
            keeper: storage,
            peer: storagePeer,
            port: configuration.storePort,
            peerPort: configuration.storePeerPort,
            timekeeper: timekeeper,
            logger: logger
        )
    }

    private var restorer: StoreRestorer {
        StoreRestorer(
            identity: identity,
            configuration: configuration,
            state: state,
            store: store,
            keeper: storage,
            peer: storagePeer,
            timekeeper: timekeeper,
            logger: logger
        )
    }

    /// The machines as they were last seen; those of the identity until the store was read.
    private var knownMachines: [MachineRecord] {
        let seen = mirror.records(MachineRecord.self, under: .machines)
        return seen.isEmpty ? identity.machines : seen
    }

    /// Whether a machine is a storage member, and so may change them.
    func isStorageMember(_ machine: MachineID) -> Bool {
        knownMachines.contains { $0.id == machine && $0.isStorageMember }
    }

    /// - Parameter mayHandOn: whether another machine is asked when this one is no storage member.
    func changeStorage(_ request: StorageRequest, mayHandOn: Bool) async throws -> StorageChange {
        if try await storage.authority() != nil { return try await storageChanges.perform(request) }
        guard mayHandOn else { throw StorageChanges.notMember }
        var failure = StorageChanges.notMember
        for member in knownMachines where member.isStorageMember && member.id != identity.machine.id {
            do {
                return try await peers.operator(member.id).changeStorage(request)
            } catch let error as PloyzError where [.peerUnreachable, .notStorageMember].contains(error.code) {
                failure = error
            }
        }
        throw failure
    }

    func saveStore(_ take: (SnapshotPiece) async throws -> Void) async throws {
        try await store.snapshot { try await take(SnapshotPiece(bytes: $0)) }
    }

    func restoreStore(_ request: RestoreRequest) async throws -> StoreRestoration {
        let done = try await restorer.restore(request, machines: knownMachines)
        // The mirror's watch ended with the old member; what it reads now is the restored store.
        try await waitUntilRestoredIsRead()
        return StoreRestoration(
            machine: done.machine,
            keptAt: done.keptAt,
            left: done.left,
            unreached: done.unreached,
            behind: storeGuard.behind
        )
    }

    /// Waits until the restored records were looked at, at most ten seconds.
    private func waitUntilRestoredIsRead() async throws {
        let (own, clock) = (identity.machine.id, timekeeper)
        let end = clock.now + .seconds(10)
        while clock.now < end {
            let members = mirror.records(MachineRecord.self, under: .machines).filter(\.isStorageMember)
            if members.map(\.id) == [own] {
                let cluster = mirror.value(.cluster)
                try? storeGuard.check(placements, cluster: cluster)
                return
            }
            try await clock.sleep(for: .milliseconds(100))
        }
    }

    /// Looks after what changes of the members may have left: this machine's member, and those that were not told.
    func repairStorage() async throws {
        try await storage.keepRunning()
        guard mirror.isRead else { return }
        if !isStorageMember(identity.machine.id) { try await storage.catchUp() }
        try await restorer.tellRest(knownMachines)
    }

    /// Does so as soon as this machine's record says something new of it, until the task is cancelled.
    func followStorage() async {
        var last: Bool?
        for await _ in mirror.changes() where mirror.isRead {
            let isMember = isStorageMember(identity.machine.id)
            guard isMember != last else { continue }
            last = isMember
            await repair("The store's member") { try await self.repairStorage() }
        }
    }

    /// Each member of the store and how it is; from the records alone when no member answers.
    func storageMembers() async -> [StorageMember] {
        let machines = knownMachines
        let changes = storageChanges
        if let members = try? await store.members() {
            let roll = await changes.roll(of: members, on: machines)
            let known = roll.entries.map { entry in
                let isRecorded = machines.contains { $0.id == entry.machine.id && $0.isStorageMember }
                return StorageMember(
                    machine: entry.machine,
                    state: entry.state(isRecorded),
                    isLeader: entry.isLeader,
                    revision: entry.revision
                )
            }
            let missing = machines.filter { record in
                record.isStorageMember && !roll.entries.contains { $0.machine.id == record.id }
            }
            return known + missing.map { StorageMember(machine: MachinePlace($0), state: .unfinished) }
        }
        return machines.filter(\.isStorageMember).map { StorageMember(machine: MachinePlace($0), state: .unhealthy) }
    }

    /// Serves joins for as long as this machine can sign.
    func serveJoinsWhenSigning(_ serve: @escaping @Sendable () async -> Void) async {
        while !Task.isCancelled {
            for await canSign in await storage.signing() where canSign { break }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await serve() }
                group.addTask { for await canSign in await self.storage.signing() where !canSign { return } }
                await group.next()
                group.cancelAll()
            }
        }
    }
}

extension StorageRoll.Entry {
    fileprivate func state(_ isRecorded: Bool) -> StorageMember.State {
        if isLearner { return .learner }
        guard isHealthy else { return .unhealthy }
        return isRecorded ? .healthy : .unfinished
    }
}
