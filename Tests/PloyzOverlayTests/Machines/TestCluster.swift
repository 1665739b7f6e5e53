import Foundation
import PloyzMigration
import PloyzModel
import PloyzSupervisor

@testable import PloyzOverlay

/// Three machines on one underlay, with WireGuard up between them. Everything goes away with ``with(_:)``.
struct TestCluster: Sendable {
    let machines: [TestMachine]
    let underlay: NetworkHolder

    static func with(_ body: (TestCluster) async throws -> Void) async throws {
        let name = "plzt\(String(UInt16.random(in: 0...UInt16.max), radix: 36))"
        let directory = FileManager.default.temporaryDirectory.path + "/\(name)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do {
            let cluster = try await TestCluster(name: name, directory: directory)
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        for number in 1...3 {
            let supervisor = DetachedSupervisor(directory: "\(directory)/m\(number)")
            try await supervisor.stop(try HelperName("wireguard-go"), grace: .seconds(5))
        }
        try FileManager.default.removeItem(atPath: directory)
        try result.get()
    }

    private init(name: String, directory: String) async throws {
        let underlay = try await NetworkHolder()
        self.underlay = underlay
        try await NamespaceRunner(holder: underlay).require(
            .ipBatch([
                ["link", "add", "name", "underlay", "type", "bridge", "forward_delay", "0"],
                ["link", "set", "dev", "underlay", "up"],
            ])
        )
        var machines: [TestMachine] = []
        for number in 1...3 {
            machines.append(
                try await TestMachine(number: number, name: name, directory: directory, underlay: underlay)
            )
        }
        self.machines = machines
        for machine in machines { try await machine.network.start() }
    }

    var m1: TestMachine { machines[0] }
    var m2: TestMachine { machines[1] }
    var m3: TestMachine { machines[2] }

    func picture(_ places: [(address: String, machine: TestMachine, generation: UInt64)]) throws -> RoutingPicture {
        RoutingPicture(
            cluster: TestMachine.cluster,
            machines: machines.map(\.record),
            routes: try places.map { place in
                RouteRecord(
                    address: try IPv4Address(place.address),
                    instance: try Self.instance(place.address),
                    machine: place.machine.id,
                    ports: [],
                    generation: place.generation
                )
            }
        )
    }

    /// The picture with one more record.
    func picture(
        _ places: [(address: String, machine: TestMachine, generation: UInt64)],
        and route: RouteRecord
    ) throws -> RoutingPicture {
        let rest = try picture(places)
        return RoutingPicture(
            cluster: rest.cluster,
            machines: Array(rest.machines.values),
            routes: Array(rest.routes.values) + [route]
        )
    }

    func apply(_ picture: RoutingPicture) async throws {
        for machine in machines { try await machine.network.apply(picture) }
    }

    /// An instance whose name goes with its address.
    static func instance(_ address: String) throws -> InstanceRef {
        try InstanceRef("shop/s-\(address.replacingOccurrences(of: ".", with: "-"))/0")
    }

    /// A process with a network of its own on `machine`, attached with `address`.
    func sandbox(_ address: String, on machine: TestMachine, sealed: Bool = false) async throws -> TestSandbox {
        let holder = try await NetworkHolder(inside: machine.holder)
        let container = RunningContainer(id: "sandbox-\(holder.pid)", pid: holder.pid)
        let instance = try Self.instance(address)
        let bits = try IPv4Address(address)
        try await machine.network.attach(instance, sandbox: container, address: bits, sealed: sealed)
        return TestSandbox(holder: holder, container: container, instance: instance, address: bits)
    }
}

struct TestSandbox: Sendable {
    let holder: NetworkHolder
    let container: RunningContainer
    let instance: InstanceRef
    let address: IPv4Address

    /// Whether `destination` answers a ping from inside.
    func pings(_ destination: String) async throws -> Bool {
        let ping = Invocation("ping", ["-n", "-c", "1", "-W", "1", destination])
        return try await NamespaceRunner(holder: holder).run(ping).status == 0
    }
}
