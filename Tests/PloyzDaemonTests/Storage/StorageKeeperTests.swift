import Foundation
import Logging
import PloyzAPI
import PloyzModel
import PloyzStore
import PloyzSupervisor
import PloyzTrust
import SystemPackage
import Testing

@testable import PloyzDaemon

/// A machine's member of the store runs exactly when the durable memory says so, whatever was interrupted.
@Suite struct StorageKeeperTests {
    @Test func aFounderFoundsAndIsAMember() async throws {
        try await Fixture.run(isFounder: true) { fixture in
            let keeper = try fixture.keeper()
            #expect(await keeper.memory.isFounding)
            try await keeper.keepRunning()
            #expect(try await fixture.arguments?.contains("--initial-cluster-state=new") == true)
            fixture.makeData()
            try await keeper.founded()
            #expect(try await !fixture.keeper().memory.isFounding)
        }
    }

    @Test func aMachineThatJoinedRunsNone() async throws {
        try await Fixture.run(isFounder: false) { fixture in
            try await fixture.keeper().keepRunning()
            #expect(try await fixture.arguments == nil)
        }
    }

    /// The identity may say "storage member" by then; what counts is what began here.
    @Test func aMemberThatBeganElsewhereIsNotFoundedAnew() async throws {
        try await Fixture.run(isFounder: false) { fixture in
            _ = try fixture.keeper()
            let keeper = try fixture.keeper(isRecorded: true)
            try await keeper.keepRunning()
            #expect(try await fixture.arguments == nil)
        }
    }

    @Test func aLearnerBeginsBesideTheOthersAndGoesOnAfterARestart() async throws {
        try await Fixture.run(isFounder: false) { fixture in
            let order = fixture.order("7")
            let keeper = try fixture.keeper()
            _ = try await keeper.beginStorage(order)
            let first = try await fixture.arguments
            #expect(first?.contains("--initial-cluster-state=existing") == true)
            #expect(first?.contains { $0.contains("fd00::9") } == true)
            fixture.makeData()
            let again = try fixture.keeper()
            _ = try await again.beginStorage(fixture.order("7", others: 2))
            #expect(try await fixture.arguments == first, "what runs is left alone")
            #expect(fixture.hasData)
        }
    }

    @Test func anotherNumberPutsOldDataAside() async throws {
        try await Fixture.run(isFounder: false) { fixture in
            let keeper = try fixture.keeper()
            _ = try await keeper.beginStorage(fixture.order("7"))
            fixture.makeData()
            _ = try await keeper.beginStorage(fixture.order("8"))
            #expect(!fixture.hasData)
            #expect(fixture.hasDataAside)
            #expect(await keeper.memory.member == "8")
        }
    }

    @Test func aMemberWithoutItsDataIsNotStarted() async throws {
        try await Fixture.run(isFounder: true) { fixture in
            let keeper = try fixture.keeper()
            try await keeper.founded()
            await #expect { try await keeper.keepRunning() } throws: {
                ($0 as? PloyzError)?.code == .storageDataGone
            }
            #expect(try await fixture.arguments == nil)
        }
    }

    @Test func whoLeavesStopsPutsItsDataAsideAndHasNoKey() async throws {
        try await Fixture.run(isFounder: true) { fixture in
            let keeper = try fixture.keeper()
            try await keeper.keepRunning()
            fixture.makeData()
            #expect(try await keeper.authority() != nil)
            for _ in 1...2 {
                _ = try await keeper.leaveStorage(StorageDeparture(isReplaced: false))
                #expect(try await fixture.arguments == nil)
                #expect(!fixture.hasData)
                #expect(fixture.hasDataAside)
                #expect(try await keeper.authority() == nil)
            }
        }
    }

    @Test func leavingIsFinishedByTheNextDaemon() async throws {
        try await Fixture.run(isFounder: true) { fixture in
            let keeper = try fixture.keeper()
            try await keeper.keepRunning()
            fixture.makeData()
            var memory = await keeper.memory
            memory.role = .leaving
            try DurableFile(fixture.state.storage).write(try JSON.encode(memory))
            let next = try fixture.keeper()
            try await next.keepRunning()
            #expect(await next.memory.role == .none)
            #expect(try await fixture.arguments == nil)
            #expect(fixture.hasDataAside)
        }
    }

    @Test func anAuthorityOfAnotherClusterIsRefused() async throws {
        try await Fixture.run(isFounder: false) { fixture in
            let keeper = try fixture.keeper()
            _ = try await keeper.beginStorage(fixture.order("7"))
            let other = try Fixture.authority()
            let handover = AuthorityHandover(certificate: other.root.pem, key: other.keyPEM)
            await #expect(throws: PloyzError.self) { try await keeper.takeAuthority(handover) }
            #expect(try await keeper.authority() == nil)
            let own = AuthorityHandover(certificate: fixture.authority.root.pem, key: fixture.authority.keyPEM)
            _ = try await keeper.takeAuthority(own)
            var signing = await keeper.signing().makeAsyncIterator()
            #expect(await signing.next() == true)
        }
    }
}

/// A machine in a directory of its own, whose helpers run nowhere.
private struct Fixture {
    let state: StateDirectory
    let authority: CertificateAuthority
    let supervisor = InMemorySupervisor()
    let store: EtcdClusterStore
    let machine: MachineRecord

    static func run(isFounder: Bool, _ body: (Fixture) async throws -> Void) async throws {
        let fixture = try Fixture(isFounder: isFounder)
        defer { try? FileManager.default.removeItem(atPath: fixture.state.root.string) }
        do {
            try await body(fixture)
        } catch {
            try await fixture.store.shutDown()
            throw error
        }
        try await fixture.store.shutDown()
    }

    static func authority() throws -> CertificateAuthority {
        var generator = SystemRandomNumberGenerator()
        return try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: .sample(1),
            at: Date(),
            using: &generator
        )
    }

    private init(isFounder: Bool) throws {
        state = StateDirectory(NSTemporaryDirectory() + "ployz-storage-\(UUID())")
        try state.create()
        authority = try Self.authority()
        var records = try DeployCluster(machines: 1).machines
        records[0].isStorageMember = isFounder
        machine = records[0]
        var generator = SystemRandomNumberGenerator()
        let files = CredentialFiles(directory: state.pki.string)
        let key = try files.ensureKey(using: &generator)
        let certificate = try authority.sign(
            key.signingRequest(),
            names: MachineNames(machine: machine.id, addresses: []),
            at: Date(),
            using: &generator
        )
        try files.write(MachineCertificate(certificatePEM: certificate, key: key), root: authority.root)
        if isFounder { try AuthorityFiles(directory: state.pki.string).write(authority) }
        store = try EtcdClusterStore(
            endpoints: [],
            credentials: StoreCredentials(files),
            logger: Logger(label: "test")
        )
    }

    /// The keeper as a daemon that starts now would make it.
    func keeper(isRecorded: Bool? = nil) throws -> StorageKeeper {
        var machine = machine
        if let isRecorded { machine.isStorageMember = isRecorded }
        let cluster = ClusterRecord(
            id: .sample(1),
            name: try ClusterName("north"),
            network: try IPv4Network("10.101.0.0/16"),
            createdAt: Date(timeIntervalSince1970: 0)
        )
        return try StorageKeeper(
            identity: MachineIdentity(cluster: cluster, machine: machine, machines: [machine]),
            configuration: DaemonConfiguration(name: machine.name),
            directory: state,
            supervisor: supervisor,
            store: store,
            logger: Logger(label: "test")
        )
    }

    func order(_ member: String, others: Int = 1) -> StorageBeginning {
        let own = StorageBeginning.Address(machine: machine.id, address: machine.managementAddress)
        let rest = (0..<others).map {
            StorageBeginning.Address(machine: .sample(UInt64(50 + $0)), address: "fd00::9\($0)")
        }
        return StorageBeginning(member: member, members: [own] + rest)
    }

    /// What etcd was started with; nil when it does not run.
    var arguments: [String]? {
        get async throws {
            guard case .running(let helper, _) = try await supervisor.status(of: HelperName("etcd")) else { return nil }
            return helper.arguments
        }
    }

    private var wal: String { state.etcd.appending("member/wal").string }
    var hasData: Bool { FileManager.default.fileExists(atPath: wal) }
    var hasDataAside: Bool { FileManager.default.fileExists(atPath: state.etcdLeft.appending("member/wal").string) }

    func makeData() {
        try? FileManager.default.createDirectory(atPath: wal, withIntermediateDirectories: true)
    }
}
