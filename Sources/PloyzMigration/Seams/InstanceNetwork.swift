package import PloyzModel

/// The network of the instances on this machine: a veth pair from our bridge into each sandbox, a host route for each
/// address that lives here or has moved away.
package protocol InstanceNetwork: Sendable {
    /// Connects a running sandbox with its address. A sealed one has its host-side link down: its own address answers
    /// inside, nothing reaches it and it reaches nothing. May be repeated; repeats do not unseal.
    func attach(_ instance: InstanceRef, sandbox: RunningContainer, address: IPv4Address, sealed: Bool) async throws

    /// Lets a sealed candidate send, masqueraded as the machine, while nothing can reach it. ``unseal(_:address:)`` ends it.
    func openEgress(_ instance: InstanceRef, address: IPv4Address) async throws

    /// Puts the link up, points this machine at it and lets the connections that wait here go on to it.
    func unseal(_ instance: InstanceRef, address: IPv4Address) async throws

    /// Puts the link up and leaves the address where it leads: the old place of a handover answers for it still.
    func openBeside(_ instance: InstanceRef, address: IPv4Address) async throws

    /// Puts the link down.
    func seal(_ instance: InstanceRef) async throws

    /// Removes the link.
    func detach(_ instance: InstanceRef) async throws

    /// What other machines send for the address waits here from now on, until the address is no longer parked or
    /// ``unseal(_:address:)`` opens it. What is begun on this machine waits since the record says so.
    func holdArrivals(_ instance: InstanceRef, address: IPv4Address) async throws

    /// The connections of whatever runs in the sandbox that are open or being opened: a text for each that no other has.
    func openConnections(in sandbox: RunningContainer) async throws -> Set<String>

    /// Makes this machine's routes and WireGuard peers what the records say. Only differences are applied.
    func apply(_ picture: RoutingPicture) async throws

    /// The same for some addresses, whose records replace what was known of them; nil for one that has none any more.
    /// The work does not grow with the number of other addresses.
    func apply(_ change: [IPv4Address: RouteRecord?]) async throws

    /// The connections that this machine has passed on to the instance here with this address, those that have ended not
    /// long ago too: a text for each that no other has. nil when the kernel does not tell.
    func connections(to address: IPv4Address) async throws -> Set<String>?

    /// Probes from inside the instance's network until the probe succeeds; throws `not-ready` after the timeout.
    func waitUntilReady(
        _ readiness: Readiness,
        instance: InstanceRef,
        sandbox: RunningContainer,
        address: IPv4Address
    ) async throws

    /// Local TCP or UDP ports, out of `ports`, on which something that is not ours listens.
    func foreignListeners(on ports: [PublishedPort]) async throws -> [PublishedPort]
}

extension InstanceNetwork {
    /// A network that cannot do it leaves the candidate sealed: a service that must dial out to become ready then is not
    /// ready in time, and goes on running on the source.
    package func openEgress(_ instance: InstanceRef, address: IPv4Address) async throws {}
}

extension InstanceNetwork {
    package func connections(to address: IPv4Address) async throws -> Set<String>? { nil }
}

extension InstanceNetwork {
    package func openConnections(in sandbox: RunningContainer) async throws -> Set<String> { [] }
}

/// Everything that a machine's network is computed from.
package struct RoutingPicture: Hashable, Sendable {
    package let cluster: IPv4Network
    package let machines: [MachineID: MachineRecord]
    package private(set) var routes: [IPv4Address: RouteRecord]

    /// Of two records for an address the one of the higher generation is taken.
    package init(cluster: IPv4Network, machines: [MachineRecord], routes: [RouteRecord]) {
        self.cluster = cluster
        self.machines = Dictionary(machines.map { ($0.id, $0) }) { first, _ in first }
        self.routes = Dictionary(routes.map { ($0.address, $0) }) { $0.generation >= $1.generation ? $0 : $1 }
    }

    package mutating func apply(_ change: [IPv4Address: RouteRecord?]) {
        for (address, record) in change { routes[address] = record }
    }
}

extension RoutingPicture: Codable {
    private struct Stored: Codable {
        var cluster: IPv4Network
        var machines: [MachineRecord]
        var routes: [RouteRecord]
    }

    package init(from decoder: any Decoder) throws {
        let stored = try Stored(from: decoder)
        self.init(cluster: stored.cluster, machines: stored.machines, routes: stored.routes)
    }

    package func encode(to encoder: any Encoder) throws {
        let machines = machines.values.sorted { $0.id < $1.id }
        let routes = routes.values.sorted { $0.address < $1.address }
        try Stored(cluster: cluster, machines: machines, routes: routes).encode(to: encoder)
    }
}
