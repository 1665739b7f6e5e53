import Foundation
import PloyzMigration
import PloyzModel
import PloyzSupervisor

@testable import PloyzOverlay

/// A machine that is a network namespace, with the real overlay in it.
struct TestMachine: Sendable {
    let number: Int
    let holder: NetworkHolder
    let runner: NamespaceRunner
    let record: MachineRecord
    let configuration: OverlayConfiguration
    let supervisor: DetachedSupervisor
    let network: LinuxInstanceNetwork

    static let cluster = IPv4Network(containing: IPv4Address(bits: 10 << 24 | 101 << 16), prefixLength: 16)

    var id: MachineID { record.id }
    var underlay: String { "192.0.2.\(number)" }

    init(number: Int, name: String, directory: String, underlay: NetworkHolder) async throws {
        let runner = NamespaceRunner(holder: try await NetworkHolder())
        self.number = number
        self.runner = runner
        holder = runner.holder
        supervisor = DetachedSupervisor(directory: "\(directory)/m\(number)")
        var configuration = OverlayConfiguration(
            keyFile: "\(directory)/m\(number).key",
            logFile: "\(directory)/m\(number).log"
        )
        // The sockets of wireguard-go lie in one directory for all namespaces.
        configuration.wireguard = try DeviceName("\(name)-\(number)")
        self.configuration = configuration
        let port = "\(name)u\(number)"
        try await NamespaceRunner(holder: underlay).require(
            .ipBatch([
                ["link", "add", "name", port, "type", "veth", "peer", "name", "under0", "netns", "\(holder.pid)"],
                ["link", "set", "dev", port, "master", "underlay", "up"],
            ])
        )
        try await runner.require(
            .ipBatch([
                ["link", "set", "dev", "lo", "up"],
                ["address", "add", "192.0.2.\(number)/24", "dev", "under0"],
                // Without an address of its own making, which the kernel would still be trying out while a test looks.
                ["link", "set", "dev", "under0", "addrgenmode", "none", "up"],
            ])
        )
        let key = try await WireGuardKeyFile(path: configuration.keyFile).publicKey()
        record = MachineRecord(
            id: try MachineID("m-000000000000000\(number)"),
            name: try MachineName("m\(number)"),
            wireguardKey: key.text,
            endpoints: ["192.0.2.\(number):51820"],
            subnet: try IPv4Network("10.101.\(number).0/24"),
            managementAddress: ManagementAddress(of: key).text,
            lifecycle: .active,
            storage: nil,
            isStorageMember: false,
            labels: [:],
            joinedAt: Date(timeIntervalSince1970: 0)
        )
        network = try Self.overlay(configuration, record, supervisor, holder, runner)
    }

    /// The overlay as a daemon that is started anew makes it.
    func newDaemon() throws -> LinuxInstanceNetwork {
        try Self.overlay(configuration, record, supervisor, holder, runner)
    }

    private static func overlay(
        _ configuration: OverlayConfiguration,
        _ record: MachineRecord,
        _ supervisor: DetachedSupervisor,
        _ holder: NetworkHolder,
        _ runner: NamespaceRunner
    ) throws -> LinuxInstanceNetwork {
        LinuxInstanceNetwork(
            configuration: configuration,
            member: OverlayMember(
                machine: record.id,
                cluster: cluster,
                subnet: record.subnet,
                management: try ManagementAddress(record.managementAddress)
            ),
            supervisor: NamespaceSupervisor(holder: holder, base: supervisor),
            runner: runner
        ) { _, _ in 0 }
    }
}

/// Starts helpers in a machine's namespace.
struct NamespaceSupervisor: Supervisor {
    let holder: NetworkHolder
    let base: DetachedSupervisor

    func ensureRunning(_ helper: Helper) async throws -> Adoption {
        try await base.ensureRunning(
            Helper(
                name: helper.name,
                program: "/usr/bin/nsenter",
                arguments: ["--net=/proc/\(holder.pid)/ns/net", helper.program] + helper.arguments,
                environment: helper.environment,
                directory: helper.directory,
                logFile: helper.logFile
            )
        )
    }

    func stop(_ name: HelperName, grace: Duration) async throws { try await base.stop(name, grace: grace) }
    func status(of name: HelperName) async throws -> HelperStatus { try await base.status(of: name) }
}
