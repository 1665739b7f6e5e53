import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzStore
import PloyzTrust

/// Makes machines members of the store, and lets them be none any more.
///
/// A promotion is: the members are told of a learner; the machine starts it; it catches up and gets its vote; the machine
/// gets the authority's key; its record says so, and every machine uses it. A demotion is the same backwards: the record
/// first, so that nobody asks the member any more; then the members remove it; then the machine puts its data aside. Each
/// step looks whether it was done already, so the same command goes on where an earlier one was interrupted. What is left in
/// between is a member that works and is not used, or one that is not used and still works.
struct StorageChanges: Sendable {
    /// How long a learner may take to catch up: half a gigabyte over a slow link.
    static let catchUpLimit = Duration.seconds(300)
    /// etcd refuses changes for five seconds after a member was connected or lost.
    static let refusalLimit = Duration.seconds(15)
    /// How long a new member may take to answer: etcd makes itself known to the others first, and tries that anew after
    /// seven seconds.
    static let answerLimit = Duration.seconds(60)
    /// How long a member that was just started, or is busy, may take to say that it is well.
    static let healthLimit = Duration.seconds(5)
    private static let pause = Duration.milliseconds(200)

    let store: EtcdClusterStore
    let keeper: StorageKeeper
    let peer: @Sendable (MachineID) async throws -> any StoragePeer
    let port: Int
    let peerPort: Int
    let timekeeper: any Timekeeper
    let logger: Logger

    func perform(_ request: StorageRequest) async throws -> StorageChange {
        let record = try await ClusterPicture.read(from: store).machine(named: request.machine)
        switch request.change {
        case .promote: return try await promote(record)
        case .demote: return try await demote(record)
        }
    }

    /// The members as they are now, each asked by itself. One that does not answer at once is asked for a while, if that is
    /// why something is refused.
    ///
    /// - Throws: ``PloyzError`` what `refusal` says in the end.
    private func roll(allowing refusal: (StorageRoll) -> PloyzError?) async throws -> StorageRoll {
        let end = timekeeper.now + Self.healthLimit
        while true {
            let machines = try await store.records(MachineRecord.self, under: .machines)
            let roll = await roll(of: try await store.members(), on: machines)
            guard let refusal = refusal(roll) else { return roll }
            guard refusal.code == .storageUnhealthy, timekeeper.now < end else { throw refusal }
            try await timekeeper.sleep(for: Self.pause)
        }
    }

    /// Each of the members asked by itself.
    func roll(of members: [StoreMember], on machines: [MachineRecord]) async -> StorageRoll {
        await withTaskGroup(of: StorageRoll.Entry?.self) { group in
            for member in members {
                guard let record = machines.first(where: { member.isAt($0.managementAddress, peerPort: peerPort) })
                else { continue }
                let endpoint = StoreEndpoint(host: record.managementAddress, port: port)
                group.addTask {
                    let status = try? await store.status(of: endpoint)
                    return StorageRoll.Entry(
                        machine: MachinePlace(record),
                        member: member.id,
                        isLearner: member.isLearner,
                        isLeader: status?.isLeader ?? false,
                        isHealthy: status?.isHealthy ?? false,
                        revision: status?.revision
                    )
                }
            }
            var entries: [StorageRoll.Entry] = []
            for await case let entry? in group { entries.append(entry) }
            return StorageRoll(entries: entries.sorted { $0.machine.name < $1.machine.name })
        }
    }

    // MARK: Promotion

    private func promote(_ record: MachineRecord) async throws -> StorageChange {
        let place = MachinePlace(record)
        let isThere = try await member(on: record).map { !$0.isLearner } ?? false
        if record.isStorageMember, isThere { return try await answer(place, .promote, isNew: false) }
        guard record.lifecycle == .active else {
            throw PloyzError(
                .machineNotActive,
                "\(place) is \(record.lifecycle.rawValue): a storage member must be counted on",
                state: "nothing was changed",
                next: "ployzctl machine activate \(place)"
            )
        }
        _ = try await roll { $0.refusalToAdd(on: place) }
        guard let authority = try await keeper.authority() else { throw Self.notMember }
        let peer = try await peer(record.id)
        let facts = try await peer.storageFacts()
        guard facts.hasProgram else {
            throw PloyzError(
                .storageProgramMissing,
                "\(place) has no \(facts.program)",
                state: "nothing was changed",
                next: "on \(place): apt-get install etcd-server etcd-client"
            )
        }
        let member = try await learner(on: record)
        let others = try await addresses()
        _ = try await peer.beginStorage(StorageBeginning(member: member, members: others))
        try await vote(for: member, of: place)
        try await answering(record)
        _ = try await peer.takeAuthority(
            AuthorityHandover(certificate: authority.root.pem, key: authority.keyPEM)
        )
        try await write(isStorageMember: true, to: record.id)
        logger.notice("A machine became a storage member", metadata: ["machine.id": "\(record.id)"])
        return try await answer(place, .promote, isNew: true)
    }

    /// The number of the machine's member, which is a learner when it was not there before.
    private func learner(on record: MachineRecord) async throws -> String {
        let endpoint = StoreEndpoint(host: record.managementAddress, port: peerPort)
        return try await insist("the members could not be told of \(record.name)") {
            if let there = try await member(on: record) { return there.id }
            try await store.addLearner(at: endpoint)
            return try await member(on: record)?.id
        }
    }

    private func member(on record: MachineRecord) async throws -> StoreMember? {
        try await store.members().first { $0.isAt(record.managementAddress, peerPort: peerPort) }
    }

    private func addresses() async throws -> [StorageBeginning.Address] {
        let machines = try await store.records(MachineRecord.self, under: .machines)
        return try await store.members().map { member in
            guard let record = machines.first(where: { member.isAt($0.managementAddress, peerPort: peerPort) }) else {
                throw PloyzError(
                    .failed,
                    "a member of the store at \(member.peerURLs.joined(separator: ", ")) belongs to no machine",
                    next: "ployzctl mesh status"
                )
            }
            return StorageBeginning.Address(machine: record.id, address: record.managementAddress)
        }
    }

    /// Waits until the learner has caught up and has its vote.
    private func vote(for member: String, of place: MachinePlace) async throws {
        try await insist(
            "\(place)'s member has not caught up",
            within: Self.catchUpLimit,
            next: "look at helpers/etcd.log on \(place), then: ployzctl machine storage promote \(place)"
        ) {
            guard let now = try await store.members().first(where: { $0.id == member }) else {
                throw PloyzError(
                    .failed,
                    "\(place)'s member was removed again meanwhile",
                    next: "ployzctl machine storage promote \(place)"
                )
            }
            if !now.isLearner { return () }
            try await store.promoteMember(member)
            return nil
        }
    }

    /// Waits until the new member answers by itself: only then may machines be sent to it, and another be added.
    private func answering(_ record: MachineRecord) async throws {
        let endpoint = StoreEndpoint(host: record.managementAddress, port: port)
        let _: Bool = try await insist("\(record.name)'s member does not answer", within: Self.answerLimit) {
            (try? await store.status(of: endpoint))?.isHealthy == true ? true : nil
        }
    }

    // MARK: Demotion

    private func demote(_ record: MachineRecord) async throws -> StorageChange {
        let place = MachinePlace(record)
        let before = try await roll { $0.refusalToRemove(from: place) }
        let entry = before.entry(of: record.id)
        let isNew = record.isStorageMember || entry != nil
        if record.isStorageMember { try await write(isStorageMember: false, to: record.id) }
        if let entry {
            if entry.isLeader { await handOver(from: record, among: before) }
            let _: Bool = try await insist("\(place)'s member could not be removed") {
                guard try await store.members().contains(where: { $0.id == entry.member }) else { return true }
                try await store.removeMember(entry.member)
                return nil
            }
            logger.notice("A machine is no storage member any more", metadata: ["machine.id": "\(record.id)"])
        }
        var notes: [String] = []
        do {
            _ = try await peer(record.id).leaveStorage(StorageDeparture(isReplaced: false))
        } catch {
            notes.append("\(place) does not answer: it stops its member and puts the data aside when it is back")
        }
        return try await answer(place, .demote, isNew: isNew, notes: notes)
    }

    /// Lets another member lead before the one that does is removed: else nothing is written until they have elected one.
    private func handOver(from record: MachineRecord, among roll: StorageRoll) async {
        guard let next = roll.voters.first(where: { $0.machine.id != record.id && $0.isHealthy }) else { return }
        let endpoint = StoreEndpoint(host: record.managementAddress, port: port)
        do {
            try await store.moveLeader(from: endpoint, to: next.member)
        } catch {
            logger.info("Leadership of the store was not handed over", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Records

    private func write(isStorageMember: Bool, to id: MachineID) async throws {
        let _: Bool = try await insist("the machine's record could not be written") {
            guard let before = try await store.record(MachineRecord.self, at: .machine(id)) else {
                throw PloyzError(.unknownMachine, "there is no machine \(id) any more", next: "ployzctl machine ls")
            }
            guard before.isStorageMember != isStorageMember else { return true }
            var after = before
            after.isStorageMember = isStorageMember
            let change = StoreTransaction(conditions: [try .value(before)], writes: [try .put(after)])
            return try await store.commit(change) ? true : nil
        }
    }

    private func answer(
        _ place: MachinePlace,
        _ change: StorageRequest.Change,
        isNew: Bool,
        notes: [String] = []
    ) async throws -> StorageChange {
        let members = try await store.records(MachineRecord.self, under: .machines).filter(\.isStorageMember)
        return StorageChange(
            machine: place,
            change: change,
            isNew: isNew,
            members: members.map(MachinePlace.init).sorted { $0.name < $1.name },
            notes: notes + StorageRoll.notes(members: members.count)
        )
    }

    /// Repeats `body` until it returns something: refusals of etcd and lost answers are looked at anew, other errors end it.
    private func insist<Value: Sendable>(
        _ failure: String,
        within limit: Duration = Self.refusalLimit,
        next: String = "run the same command again: it goes on where it was",
        _ body: () async throws -> Value?
    ) async throws -> Value {
        let end = timekeeper.now + limit
        var reason = "it was changed each time"
        while true {
            do {
                if let value = try await body() { return value }
            } catch let error as PloyzError
                where [.storeRefused, .storeOutcomeUnknown, .storeUnreachable].contains(error.code)
            {
                reason = error.message
            }
            guard timekeeper.now < end else {
                throw PloyzError(.failed, "\(failure): \(reason)", state: "what was done so far stays", next: next)
            }
            try await timekeeper.sleep(for: Self.pause)
        }
    }

    static let notMember = PloyzError(
        .notStorageMember,
        "this machine is no storage member, and does not have the cluster's authority",
        next: "ployzctl mesh status"
    )
}
