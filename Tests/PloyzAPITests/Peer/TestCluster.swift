import Foundation
import Hummingbird
import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel
import PloyzTrust

/// A cluster with an authority of its own, whose machines all listen on the loopback address.
struct TestCluster: Sendable {
    let record: ClusterRecord
    let authority: CertificateAuthority

    init() throws {
        var generator = SystemRandomNumberGenerator()
        record = ClusterRecord(
            id: ClusterID(using: &generator),
            name: try ClusterName("north"),
            network: try IPv4Network("10.101.0.0/16"),
            createdAt: Date(timeIntervalSince1970: 1_800_000_000)
        )
        authority = try CertificateAuthority(cluster: record.name, id: record.id, at: Date(), using: &generator)
    }

    func machine() -> MachineID {
        var generator = SystemRandomNumberGenerator()
        return MachineID(using: &generator)
    }

    /// What a machine shows; `at` is when its certificate was made, and `root` whom it believes.
    func credentials(
        of machine: MachineID,
        at date: Date = Date(),
        root: TrustRoot? = nil,
        key: MachineKey? = nil
    ) throws -> TransportCredentials {
        var generator = SystemRandomNumberGenerator()
        let key = try key ?? self.key()
        let certificate = try authority.sign(
            key.signingRequest(),
            names: MachineNames(machine: machine, addresses: []),
            at: date,
            using: &generator
        )
        return TransportCredentials(
            certificate: try MachineCertificate(certificatePEM: certificate, key: key),
            root: root ?? authority.root
        )
    }

    func key() throws -> MachineKey {
        var generator = SystemRandomNumberGenerator()
        return MachineKey(using: &generator)
    }

    func record(of machine: MachineID, name: String) throws -> MachineRecord {
        MachineRecord(
            id: machine,
            name: try MachineName(name),
            wireguardKey: Data(count: 32).base64EncodedString(),
            endpoints: ["192.0.2.1:51820"],
            subnet: try IPv4Network("10.101.1.0/24"),
            managementAddress: "fd00::1",
            lifecycle: .active,
            storage: nil,
            isStorageMember: true,
            labels: [:],
            joinedAt: Date(timeIntervalSince1970: 1_800_000_000)
        )
    }

    static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}

/// Runs a server while `body` runs, and hands it the port.
func withServer(
    _ server: @Sendable (@escaping @Sendable (Int) async -> Void) -> any TestServer,
    _ body: @Sendable (Int) async throws -> Void
) async throws {
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let server = server { port in announce.yield(port) }
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { announce.finish() }
            try await server.run()
        }
        var iterator = ports.makeAsyncIterator()
        if let port = await iterator.next() {
            try await body(port)
            group.cancelAll()
        } else {
            // The server ended before it listened: its error is the test's.
            try await group.next()
        }
    }
}

protocol TestServer: Sendable {
    func run() async throws
}

extension PeerServer: TestServer {}
extension JoinServer: TestServer {}
