import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzStore
import PloyzTrust
import Testing

/// A real etcd on loopback ports with certificates of its own, in a directory that is removed with it.
final class EtcdFixture: Sendable {
    /// The one that ``EtcdTrait`` started for the suite.
    @TaskLocal static var current: EtcdFixture?

    let directory: String
    let authority: CertificateAuthority
    /// What the member refuses.
    let revocations: RevocationFile
    let member: EtcdMember
    private let process: Process

    static var isInstalled: Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/etcd") }
    }

    init() throws {
        var generator = SystemRandomNumberGenerator()
        directory = NSTemporaryDirectory() + "ployz-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let cluster = ClusterID(using: &generator)
        authority = try CertificateAuthority(
            cluster: try ClusterName("north"),
            id: cluster,
            at: Date(),
            using: &generator
        )
        let files = AuthorityFiles(directory: directory)
        try files.write(authority)
        revocations = RevocationFile(directory: directory)
        try revocations.ensure(at: Date())
        let machine = MachineID(using: &generator)
        member = EtcdMember(
            machine: machine,
            cluster: cluster,
            managementAddress: "::1",
            dataDirectory: directory + "/data",
            credentials: try Self.credentials(of: machine, by: authority, in: directory + "/member"),
            beginning: .founding,
            revocationListPath: revocations.path,
            clientPort: try freePort(),
            peerPort: try freePort()
        )
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = member.command
        let log = directory + "/log"
        try Data().write(to: URL(fileURLWithPath: log))
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
    }

    /// Ends etcd and removes its directory.
    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Keeps etcd from running, as a machine that hangs does, until ``resume()``.
    func pause() {
        let pid = process.processIdentifier
        kill(pid, SIGSTOP)
        // On a busy host a thread may run on for a moment, and answer.
        let deadline = ContinuousClock().now + .seconds(10)
        while ContinuousClock().now < deadline {
            let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
            let isStopped = tasks.allSatisfy { task in
                (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/status", encoding: .utf8))?
                    .contains("State:\tT") ?? true
            }
            if isStopped { return }
            usleep(1000)
        }
    }
    func resume() { kill(process.processIdentifier, SIGCONT) }

    /// A store of a new machine of the cluster, or of a stranger when `authority` is another.
    ///
    /// - Parameter name: of the directory with its credentials, which are used again when they are there.
    func store(
        endpoints: [StoreEndpoint]? = nil,
        authority: CertificateAuthority? = nil,
        limits: StoreLimits = StoreLimits(),
        as name: String? = nil
    ) throws -> EtcdClusterStore {
        var generator = SystemRandomNumberGenerator()
        let machine = MachineID(using: &generator)
        var credentials = try Self.credentials(
            of: machine,
            by: authority ?? self.authority,
            in: directory + "/\(name ?? machine.text)"
        )
        // A stranger that knows the cluster's public certificate, so that only its own is wrong.
        credentials = StoreCredentials(
            certificatePath: credentials.certificatePath,
            keyPath: credentials.keyPath,
            authorityPath: member.credentials.authorityPath
        )
        return try EtcdClusterStore(
            endpoints: endpoints ?? [member.endpoint],
            credentials: credentials,
            limits: limits,
            logger: Logger(label: "store")
        )
    }

    /// Runs `body` with a store and closes it.
    func withStore(
        endpoints: [StoreEndpoint]? = nil,
        authority: CertificateAuthority? = nil,
        limits: StoreLimits = StoreLimits(),
        as name: String? = nil,
        _ body: (EtcdClusterStore) async throws -> Void
    ) async throws {
        let store = try store(endpoints: endpoints, authority: authority, limits: limits, as: name)
        do {
            try await body(store)
        } catch {
            try await store.shutDown()
            throw error
        }
        try await store.shutDown()
    }

    static func credentials(
        of machine: MachineID,
        by authority: CertificateAuthority,
        in directory: String
    ) throws -> StoreCredentials {
        var generator = SystemRandomNumberGenerator()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let files = CredentialFiles(directory: directory)
        if try files.load() == nil {
            let key = MachineKey(using: &generator)
            let certificate = try authority.sign(
                key.signingRequest(),
                names: MachineNames(machine: machine, addresses: []),
                at: Date(),
                using: &generator
            )
            try files.write(MachineCertificate(certificatePEM: certificate, key: key), root: authority.root)
        }
        return StoreCredentials(
            certificatePath: files.certificatePath,
            keyPath: files.keyPath,
            authorityPath: files.authorityPath
        )
    }
}

/// Starts an etcd for a suite and ends it after the suite.
struct EtcdTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let fixture = try EtcdFixture()
        defer { fixture.stop() }
        try await fixture.withStore { store in
            try await store.waitUntilHealthy(within: .seconds(60), by: SystemTimekeeper())
        }
        try await EtcdFixture.$current.withValue(fixture) { try await function() }
    }
}

extension Trait where Self == EtcdTrait {
    static var etcd: Self { EtcdTrait() }
}

/// A TCP port of the loopback address that nothing listens on.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
        }
    }
    guard result == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    return Int(UInt16(bigEndian: address.sin6_port))
}
