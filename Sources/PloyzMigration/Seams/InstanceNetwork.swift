package import PloyzModel

/// The network of the instances on this machine: a veth pair from our bridge into each sandbox, a host route for each
/// address that lives here or has moved away.
package protocol InstanceNetwork: Sendable {
    /// Connects a running sandbox with its address. A sealed one has its host-side link down: its own address answers
    /// inside, nothing reaches it and it reaches nothing. May be repeated; repeats do not unseal.
    func attach(_ instance: InstanceRef, sandbox: RunningContainer, address: IPv4Address, sealed: Bool) async throws

    /// Lets a sealed candidate send, masqueraded as the machine, while nothing can reach it. ``unseal(_:address:)`` ends it.
    func openEgress(_ instance: InstanceRef, address: IPv4Address) async throws

    /// Puts the link up, points this machine at it and announces the address to the neighbours on the bridge.
    func unseal(_ instance: InstanceRef, address: IPv4Address) async throws

    /// Puts the link up and leaves the address where it leads: the old place of a handover answers for it still.
    func openBeside(_ instance: InstanceRef, address: IPv4Address) async throws

    /// Puts the link down.
    func seal(_ instance: InstanceRef) async throws

    /// Removes the link.
    func detach(_ instance: InstanceRef) async throws

    /// Makes this machine's routes and WireGuard peers what the records say. Only differences are applied.
    func apply(_ picture: RoutingPicture) async throws

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

/// Everything that a machine's network is computed from.
package struct RoutingPicture: Hashable, Sendable, Codable {
    package let cluster: IPv4Network
    package let machines: [MachineRecord]
    package let routes: [RouteRecord]

    package init(cluster: IPv4Network, machines: [MachineRecord], routes: [RouteRecord]) {
        self.cluster = cluster
        self.machines = machines
        self.routes = routes
    }
}
