import Foundation
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzStore
import PloyzSupervisor
import PloyzTrust
import SystemPackage

/// This machine's member of the store, if it has one: started, stopped and put aside as the durable memory says, whatever
/// was interrupted.
actor StorageKeeper: StoragePeer {
    private static let name = "etcd"
    /// How long a member may take to end by itself.
    private static let grace = Duration.seconds(10)

    private let identity: MachineIdentity
    private let configuration: DaemonConfiguration
    private let directory: StateDirectory
    private let supervisor: any Supervisor
    private let store: EtcdClusterStore
    private let logger: Logger
    private let file: DurableFile
    private let authorityFiles: AuthorityFiles
    private(set) var memory: StorageMemory
    private var followers: [UUID: AsyncStream<Bool>.Continuation] = [:]
    /// One change at a time, in the order in which they were asked for.
    private var tail: Task<Void, any Error>?

    /// Reads the memory, or writes down what the identity says when there is none.
    init(
        identity: MachineIdentity,
        configuration: DaemonConfiguration,
        directory: StateDirectory,
        supervisor: any Supervisor,
        store: EtcdClusterStore,
        logger: Logger
    ) throws {
        self.identity = identity
        self.configuration = configuration
        self.directory = directory
        self.supervisor = supervisor
        self.store = store
        self.logger = logger
        file = DurableFile(directory.storage)
        authorityFiles = AuthorityFiles(directory: directory.pki.string)
        if let bytes = try file.read() {
            memory = try JSON.decode(StorageMemory.self, from: bytes)
        } else {
            memory = StorageMemory(of: identity.machine)
            try file.write(try JSON.encodePretty(memory))
        }
    }

    // MARK: Running

    /// Makes the member run that is to run here, and ends one that is not.
    func keepRunning() async throws {
        try await inTurn { keeper in try await keeper.converge() }
    }

    /// The store has its first records: from now on a member without data is one that has lost it.
    func founded() async throws {
        try await inTurn { keeper in try await keeper.remember { $0.hasData = true } }
    }

    private func converge() async throws {
        switch memory.role {
        case .none: return
        case .leaving: try await finishLeaving()
        case .founder, .joined, .restored:
            guard hasData || !memory.hasData else {
                throw PloyzError(
                    .storageDataGone,
                    "the store's data is gone from \(directory.etcd): a member that begins anew under the same number "
                        + "could undo what was written",
                    state: "the member is not started",
                    next: "with other members: ployzctl machine storage demote \(identity.machine.name), then promote; "
                        + "without: ployzctl store snapshot restore <file>"
                )
            }
            try await start()
            if memory.role == .joined, hasData { try remember { $0.hasData = true } }
        }
    }

    private var hasData: Bool {
        FileManager.default.fileExists(atPath: directory.etcd.appending("member/wal").string)
    }

    private func start() async throws {
        let member = EtcdMember(
            machine: identity.machine.id,
            cluster: identity.cluster.id,
            managementAddress: identity.machine.managementAddress,
            dataDirectory: directory.etcd.string,
            credentials: StoreCredentials(CredentialFiles(directory: directory.pki.string)),
            beginning: memory.beginning,
            revocationListPath: try revocationList(),
            clientPort: configuration.storePort,
            peerPort: configuration.storePeerPort
        )
        let helper = Helper(
            name: try HelperName(Self.name),
            program: configuration.etcdProgram,
            arguments: Array(member.command.dropFirst()),
            logFile: directory.helpers.appending("etcd.log").string
        )
        let adoption = try await supervisor.ensureRunning(helper)
        // It is looked at every few seconds: only what changed is news.
        let level: Logger.Level = if case .adopted = adoption { .debug } else { .info }
        logger.log(level: level, "The store's member runs", metadata: ["etcd": "\(adoption)"])
    }

    /// Where the list of revocations lies, which a member that starts must find.
    private func revocationList() throws -> String {
        let file = RevocationFile(directory: directory.pki.string)
        try file.ensure(at: Date())
        return file.path
    }

    private func stop() async throws { try await supervisor.stop(try HelperName(Self.name), grace: Self.grace) }

    // MARK: Orders

    func storageFacts() -> StorageFacts {
        StorageFacts(
            hasProgram: FileKind(at: configuration.etcdProgram) == .program,
            program: configuration.etcdProgram,
            isMember: memory.isMember
        )
    }

    func beginStorage(_ order: StorageBeginning) async throws -> StorageDone {
        try await inTurn { keeper in try await keeper.begin(order) }
        return StorageDone()
    }

    private func begin(_ order: StorageBeginning) async throws {
        if memory.role == .joined, memory.member == order.member {
            // A member compares the list only before its first data.
            if !hasData { try remember { $0.members = order.members } }
        } else {
            try await stop()
            try putAside(to: directory.etcdLeft)
            try remember { $0 = StorageMemory(joining: order) }
            logger.notice("A member of the store begins here", metadata: ["store.member": "\(order.member)"])
        }
        try await converge()
    }

    func takeAuthority(_ order: AuthorityHandover) throws -> StorageDone {
        let authority = try CertificateAuthority(certificatePEM: order.certificate, keyPEM: order.key)
        let own = try CredentialFiles(directory: directory.pki.string).load()?.root
        guard authority.root == own else {
            throw PloyzError(.certificateRefused, "the authority is not that of this machine's cluster")
        }
        try authorityFiles.write(authority)
        // It has its vote: one that lost its data from here on must not begin anew.
        if memory.role == .joined { try remember { $0.hasData = true } }
        tellFollowers()
        return StorageDone()
    }

    func leaveStorage(_ order: StorageDeparture) async throws -> StorageDone {
        try await inTurn { keeper in try await keeper.leave(because: order.isReplaced ? "restored" : "demoted") }
        return StorageDone()
    }

    private func leave(because reason: String) async throws {
        guard memory.isMember else { return try await converge() }
        logger.notice("The store's member leaves this machine", metadata: ["store.reason": "\(reason)"])
        try remember { $0.role = .leaving }
        try await finishLeaving()
    }

    /// What is left behind: the data, in a directory of its own, until the next time.
    private func finishLeaving() async throws {
        try await stop()
        try putAside(to: directory.etcdLeft)
        try authorityFiles.remove()
        try remember { memory in
            memory.role = .none
            memory.member = nil
            memory.members = []
            memory.hasData = false
            memory.untold = []
        }
    }

    private func putAside(to place: FilePath) throws {
        guard FileManager.default.fileExists(atPath: directory.etcd.appending("member").string) else { return }
        if FileManager.default.fileExists(atPath: place.string) {
            try FileManager.default.removeItem(atPath: place.string)
        }
        try FileManager.default.moveItem(atPath: directory.etcd.string, toPath: place.string)
        try directory.create()
    }

    // MARK: Catching up

    /// Leaves when the members have removed this machine's while it could not be told.
    func catchUp() async throws {
        guard memory.isMember else { return }
        // Twice, and each time after a read that only a member of the majority answers: one that is cut off from the others
        // may not know yet of a member that was just added.
        for _ in 1...2 {
            let record = try await store.record(MachineRecord.self, at: .machine(identity.machine.id))
            guard let record, !record.isStorageMember else { return }
            let members = try await store.members()
            let address = identity.machine.managementAddress
            let isThere = members.contains { $0.isAt(address, peerPort: configuration.storePeerPort) }
            guard !members.isEmpty, !isThere else { return }
        }
        try await inTurn { keeper in try await keeper.leave(because: "removed while it was away") }
    }

    // MARK: Restoring

    /// Replaces the member by one whose data lies in `data`, and which knows of no other.
    ///
    /// - Returns: where the data that was there lies now; nil when there was none.
    func replace(by data: FilePath, keepingAt place: FilePath, untold: [MachineID]) async throws -> FilePath? {
        let hadData = FileManager.default.fileExists(atPath: directory.etcd.appending("member").string)
        try await inTurn { keeper in
            try await keeper.stop()
            // Whoever is interrupted from here on has a member that must not be started without data.
            try await keeper.remember { memory in
                memory.role = .restored
                memory.member = nil
                memory.members = []
                memory.hasData = true
                memory.untold = untold
            }
            try await keeper.putAside(to: place)
            try await keeper.putInPlace(data)
            try await keeper.converge()
        }
        return hadData ? place : nil
    }

    private func putInPlace(_ data: FilePath) throws {
        try FileManager.default.removeItem(atPath: directory.etcd.string)
        try FileManager.default.moveItem(atPath: data.string, toPath: directory.etcd.string)
    }

    func told(_ machine: MachineID) async throws {
        try await inTurn { keeper in try await keeper.remember { $0.untold.removeAll { $0 == machine } } }
    }

    // MARK: Signing

    /// The cluster's authority; nil on a machine that may not sign.
    func authority() throws -> CertificateAuthority? { try authorityFiles.load() }

    /// Whether this machine can sign, now and after each change.
    func signing() -> AsyncStream<Bool> {
        let id = UUID()
        let (stream, feed) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(1))
        followers[id] = feed
        feed.onTermination = { _ in Task { await self.forget(id) } }
        feed.yield(canSign)
        return stream
    }

    private var canSign: Bool { memory.isMember && ((try? authorityFiles.load()) ?? nil) != nil }

    private func forget(_ id: UUID) { followers[id] = nil }

    private func tellFollowers() { for feed in followers.values { feed.yield(canSign) } }

    // MARK: Memory

    private func remember(_ change: (inout StorageMemory) -> Void) throws {
        var new = memory
        change(&new)
        guard new != memory else { return }
        try file.write(try JSON.encodePretty(new))
        memory = new
        tellFollowers()
    }

    private func inTurn(_ body: @escaping @Sendable (StorageKeeper) async throws -> Void) async throws {
        let previous = tail
        let task = Task {
            _ = try? await previous?.value
            try await body(self)
        }
        tail = task
        try await task.value
    }
}

extension StorageMemory {
    /// How etcd is told to begin; it looks at it only before its first data.
    fileprivate var beginning: EtcdMember.Beginning {
        guard role == .joined else { return .founding }
        return .joining(Dictionary(members.map { ($0.machine, $0.address) }) { $1 })
    }
}
