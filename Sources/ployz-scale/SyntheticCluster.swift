import Foundation
import Glibc
import PloyzMigration
import PloyzModel

/// The records of a cluster whose other machines and services do not exist.
///
/// No instance is placed on the machine that is measured, which so starts nothing. One address in ten lives away from the
/// subnet that it comes from, and one in a hundred comes from the measured machine's own.
struct SyntheticCluster {
    let cluster: IPv4Network
    let own: MachineRecord
    /// All machines but ``own``.
    let others: [MachineRecord]
    private(set) var services: [ServiceRecord] = []
    private(set) var instances: [InstanceRef: InstanceRecord] = [:]
    private(set) var routes: [IPv4Address: RouteRecord] = [:]

    private static let servicePort = 8080
    private static let publishedTarget = 5432

    init(cluster: IPv4Network, own: MachineRecord, machines: Int) throws {
        self.cluster = cluster
        self.own = own
        others = try (0..<machines - 1).map { try Self.machine($0, of: cluster, beside: own) }
    }

    /// Keys, subnets and endpoints follow from the number, so that two runs are alike.
    private static func machine(_ number: Int, of cluster: IPv4Network, beside own: MachineRecord) throws
        -> MachineRecord
    {
        var generator = CountingGenerator(seed: UInt64(number))
        let key = (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next() as UInt64) { Array($0) } }
        // The lowest /24 stays free, and the first machine has the second.
        guard let subnet = cluster.subnet(UInt32(number + 2), prefixLength: 24) else {
            throw ScaleFailure("\(cluster) has no room for machine \(number)")
        }
        return MachineRecord(
            id: MachineID(using: &generator),
            name: try MachineName("host-\(number)"),
            wireguardKey: Data(key).base64EncodedString(),
            // In the lab's network, at addresses that nobody has: nothing leaves the lab.
            endpoints: ["192.168.90.\(number + 40):51820"],
            subnet: subnet,
            managementAddress: managementAddress(of: key),
            lifecycle: .active,
            storage: nil,
            isStorageMember: false,
            labels: [:],
            joinedAt: own.joinedAt
        )
    }

    /// `fd` and the first 15 bytes of the key, as the kernel prints it.
    static func managementAddress(of key: some Collection<UInt8>) -> String {
        let bytes = [0xfd] + key.prefix(15)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    // MARK: Growing

    /// What the machines are in the store, with their claims of names and subnets.
    func machineWrites() throws -> [StoreTransaction.Write] {
        try others.flatMap { machine in
            [
                try .put(machine), try .put(.machineName(machine.name), encoding: machine.id),
                try .put(.subnet(machine.subnet), encoding: machine.id),
            ]
        }
    }

    /// Adds services until there are `count`; returns what they are in the store.
    mutating func grow(to count: Int) throws -> [StoreTransaction.Write] {
        var writes: [StoreTransaction.Write] = []
        while services.count < count { writes += try addService() }
        return writes
    }

    /// Adds one service with two instances.
    mutating func addService() throws -> [StoreTransaction.Write] {
        let number = services.count
        let service = try Self.service(number)
        var writes: [StoreTransaction.Write] = [try .put(service)]
        for port in service.spec.publish { writes.append(try .put(.publishedPort(port), encoding: service.ref)) }
        services.append(service)
        for index in 0..<2 {
            let (instance, route) = place(2 * number + index, InstanceRef(service: service.ref, index: index))
            instances[instance.ref] = instance
            routes[route.address] = route
            writes += [try .put(instance), try .put(route)]
        }
        return writes
    }

    private static func service(_ number: Int) throws -> ServiceRecord {
        let name = try ServiceName("service-\(number)")
        let spec = ServiceSpec(
            name: name,
            placement: .replicated(count: 2),
            template: ContainerTemplate(
                image: "registry.example.com/team/\(name):1.\(number)",
                command: ["serve", "--listen", "0.0.0.0:\(servicePort)"],
                env: ["DATABASE_URL": "postgres://db.team.ployz.internal/\(name)", "LOG_LEVEL": "info"]
            ),
            servicePorts: [ServicePort(name: "http", port: servicePort)],
            publish: number.isMultiple(of: 25)
                ? [PublishedPort(port: 20_000 + number / 25, target: publishedTarget)] : [],
            routes: [HTTPRoute(host: "\(name).example.com", port: servicePort)]
        )
        let ref = ServiceRef(namespace: try NamespaceName("team-\(number / 100)"), service: name)
        return ServiceRecord(ref: ref, spec: spec, generation: 1)
    }

    private func place(_ number: Int, _ ref: InstanceRef) -> (InstanceRecord, RouteRecord) {
        let home = others[number % others.count]
        let isOurs = number % 100 == 99
        let address =
            isOurs
            ? own.subnet.address(at: UInt32(2 + number / 100))
            : home.subnet.address(at: UInt32(2 + number / others.count))
        let isAway = !isOurs && number % 10 == 5
        let machine = isAway ? others[(number + 7) % others.count] : home
        let instance = InstanceRecord(
            ref: ref,
            machine: machine.id,
            address: address,
            epoch: .first,
            imageID: "sha256:" + String(repeating: "0123456789abcdef", count: 4),
            generation: 1
        )
        let ports = [ServicePort(name: "http", port: Self.servicePort)]
        let route = RouteRecord(address: address, instance: ref, machine: machine.id, ports: ports, generation: 1)
        return (instance, route)
    }

    // MARK: Changes

    /// An address that lives in the subnet that it comes from, and a machine that it may move to.
    func movable(_ turn: Int, of turns: Int) -> (route: RouteRecord, target: MachineRecord)? {
        let first = services.count * turn / turns
        for service in services[first...] {
            for instance in 0..<2 {
                guard let address = instances[InstanceRef(service: service.ref, index: instance)]?.address,
                    let route = routes[address], let home = others.firstIndex(where: { $0.id == route.machine }),
                    others[home].subnet.contains(address)
                else { continue }
                return (route, others[(home + 11) % others.count])
            }
        }
        return nil
    }

    /// What the commit of a migration writes.
    mutating func move(_ route: RouteRecord, to machine: MachineRecord) throws -> [StoreTransaction.Write] {
        guard var instance = instances[route.instance],
            let number = services.firstIndex(where: { $0.ref == route.instance.service })
        else { throw ScaleFailure("\(route.instance) has no record") }
        var route = route
        route.machine = machine.id
        route.generation += 1
        instance.machine = machine.id
        instance.epoch = instance.epoch.next
        services[number].generation += 1
        routes[route.address] = route
        instances[instance.ref] = instance
        return [try .put(route), try .put(instance), try .put(services[number])]
    }

    mutating func set(_ route: RouteRecord) throws -> [StoreTransaction.Write] {
        routes[route.address] = route
        return [try .put(route)]
    }
}

struct ScaleFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// SplitMix64: the same numbers in every run.
private struct CountingGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
