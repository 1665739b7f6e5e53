import Foundation
package import PloyzMigration
package import PloyzModel
package import PloyzSupervisor

/// The instances' network on a real machine: a veth pair from our bridge into each sandbox, WireGuard to the other
/// machines.
///
/// Order of calls: ``start()`` once after each start of the daemon, then ``apply(_:)`` with the records, then the rest.
/// All of them find what an earlier daemon left and change only what differs. ``repair()`` may be called at any time.
package actor LinuxInstanceNetwork: InstanceNetwork {
    package typealias Execute = @Sendable (InstanceRef, [String]) async throws -> Int32

    private let configuration: OverlayConfiguration
    private let member: OverlayMember
    private let runner: any InvocationRunner
    private let device: WireGuardDevice
    private let firewall: Firewall
    private let execute: Execute
    /// The processes whose listening sockets are ours.
    private let ownProcesses: @Sendable () async -> [Int32]
    /// One change of routes at a time: else a plan made from an older state could undo a later change.
    private let turns = Turns()

    private var control: (any WireGuardControl)?
    /// What the kernel is known to hold; nil when it must be asked.
    private var known: NetworkState?
    private var picture: RoutingPicture?
    private var claims = LocalClaims()
    /// Candidates here that are sealed. The records may give their address to this machine a moment before they are
    /// opened; a route to a closed link would swallow what should be refused.
    private var sealed: [InstanceRef: IPv4Address] = [:]
    /// The process by which each sandbox's network is reached, of those that this daemon has attached.
    private var inside: [InstanceRef: Int32] = [:]
    /// What nft printed for our table after the load.
    private var listing: String?

    /// - Parameters:
    ///   - execute: runs a command inside an instance, for readiness probes that are commands.
    ///   - ownProcesses: the processes whose listening sockets are no obstacle for a published port.
    package init(
        configuration: OverlayConfiguration,
        member: OverlayMember,
        supervisor: any Supervisor,
        runner: any InvocationRunner = SystemInvocationRunner(),
        ownProcesses: @escaping @Sendable () async -> [Int32] = { [] },
        execute: @escaping Execute
    ) {
        self.configuration = configuration
        self.member = member
        self.runner = runner
        self.execute = execute
        self.ownProcesses = ownProcesses
        device = WireGuardDevice(configuration: configuration, runner: runner, supervisor: supervisor)
        firewall = Firewall(configuration: configuration, member: member, runner: runner)
    }

    /// WireGuard up, bridge up, kernel settings, firewall. No instance, tunnel or route that is right is touched.
    package func start() async throws {
        try await turns.run { try await self.bringUp() }
    }

    /// Looks whether everything is as it should be and sets it right: a WireGuard process that died, rules that another
    /// program flushed, routes that somebody removed.
    package func repair() async throws {
        try await turns.run {
            try await self.bringUp()
            try await self.reapply()
        }
    }

    /// What went over the tunnel to each other machine, by its public key.
    package func traffic() async throws -> [String: PeerTraffic] { try await device.traffic() }

    package func apply(_ picture: RoutingPicture) async throws {
        try await turns.run { try await self.converge(to: picture) }
    }

    package func attach(_ instance: InstanceRef, sandbox: RunningContainer, address: IPv4Address, sealed: Bool)
        async throws
    {
        let network = try SandboxNetwork(pid: sandbox.pid)
        inside[instance] = network.pid
        let link = link(instance, address)
        if sealed {
            self.sealed[instance] = address
            try await seal(instance)
        }
        if try await !isRight(link, in: network.pid) {
            if try await LinkState.read(link.name, runner).first != nil {
                try await close(instance, with: InstanceLink.delete)
            }
            try await runner.require(.ipBatch(link.create(in: network.pid)), state: "the instance has no network")
            let inside = Invocation.ipBatch(link.configureInside).inNetwork(of: network.pid)
            try await runner.require(inside, state: "the instance's link is sealed and not set up")
        }
        if !sealed { try await unseal(instance, address: address) }
    }

    package func unseal(_ instance: InstanceRef, address: IPv4Address) async throws {
        let link = link(instance, address)
        try await turns.run {
            try await self.runner.require(.ipBatch(link.open), state: "the instance may still be sealed")
            try await self.waitForCarrier(of: link.name)
            try await self.runner.require(.ipBatch(link.lead), state: "the instance is open, but no route leads to it")
            await self.noteUnsealed(link)
        }
    }

    /// The kernel tells the two ends of a link that they are connected a moment after it is set up, and until then the
    /// sandbox's end drops what it sends: the answer to a connection that came too early is lost, and its client waits
    /// for a retransmission. So nothing is led to the link before both ends are up; at worst 200 ms later.
    private func waitForCarrier(of name: DeviceName, in pid: Int32? = nil) async throws {
        let show = LinkState.state(name)
        for _ in 0..<40 {
            let shown = try await runner.require(pid.map(show.inNetwork) ?? show)
            if LinkState.hasCarrier(shown) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    package func openBeside(_ instance: InstanceRef, address: IPv4Address) async throws {
        let link = link(instance, address)
        try await turns.run {
            try await self.runner.require(.ipBatch(link.open), state: "the instance may still be sealed")
            // New connections are led here at once when the records say so. Nobody stands still until then, so there is
            // time to look at each end, and at the bridge, of which this may be the first port.
            try await self.waitForCarrier(of: link.name)
            try await self.waitForCarrier(of: self.configuration.bridge)
            if let pid = await self.inside[instance] { try await self.waitForCarrier(of: .inner, in: pid) }
            await self.noteOpen(instance)
        }
    }

    package func seal(_ instance: InstanceRef) async throws {
        try await close(instance, with: InstanceLink.seal)
    }

    package func detach(_ instance: InstanceRef) async throws {
        try await close(instance, with: InstanceLink.delete)
        sealed[instance] = nil
        inside[instance] = nil
    }

    package func connections(to address: IPv4Address) async throws -> Set<String>? {
        try await runner.run(ConnectionTable.show).connections(to: address)
    }

    package func waitUntilReady(
        _ readiness: Readiness,
        instance: InstanceRef,
        sandbox: RunningContainer,
        address: IPv4Address
    ) async throws {
        let timeout = readiness.timeout.duration
        let probe: NetworkProbe
        switch readiness.probe {
        case .tcp(let port): probe = .tcp(port: try Self.port(port))
        case .http(let port, let path): probe = .http(port: try Self.port(port), path: path)
        case .exec(let command):
            let execute = execute
            return try await ReadinessWait.command(command, timeout: timeout) { try await execute(instance, $0) }
        }
        let network = try SandboxNetwork(pid: sandbox.pid)
        try await ReadinessWait.network(probe, at: address, sandbox: network, timeout: timeout)
    }

    package func foreignListeners(on ports: [PublishedPort]) async throws -> [PublishedPort] {
        let ours = await ownProcesses().reduce(into: Set<UInt64>()) { $0.formUnion(SocketTable.sockets(of: $1)) }
        return SocketTable.read().foreign(on: ports, ours: ours)
    }

    // MARK: Links

    private func link(_ instance: InstanceRef, _ address: IPv4Address) -> InstanceLink {
        InstanceLink(
            instance: instance,
            address: address,
            gateway: member.overlayAddress,
            bridge: configuration.bridge,
            mtu: configuration.mtu
        )
    }

    private func isRight(_ link: InstanceLink, in pid: Int32) async throws -> Bool {
        guard let host = try await LinkState.read(link.name, runner).first,
            let inside = try await LinkState.read(Self.inner, runner, in: pid).first
        else { return false }
        let routes = try await runner.require(InsideRoute.show.inNetwork(of: pid))
        let decoded = try JSON.decode([InsideRoute].self, from: Data(routes.utf8))
        return link.isRight(host: host, inside: inside, routes: decoded)
    }

    /// Closes a link and takes the machine's route to it away: then this machine answers "unreachable" for the address
    /// until the records say where it is, and no packet waits on a closed link.
    ///
    /// When no route leads to the link (a sealed candidate, or an instance that has moved away), the routes are right
    /// as they are: somebody here may be talking to the instance where it lives.
    private func close(
        _ instance: InstanceRef,
        with commands: @escaping @Sendable (DeviceName, IPv4Address?) -> [IPCommand]
    ) async throws {
        let name = DeviceName(linkOf: instance)
        try await turns.run {
            guard let found = try await LinkState.read(name, self.runner).first else { return }
            let address = found.alias.flatMap(InstanceLink.address(inAlias:))
            var led: IPv4Address?
            if let address, await self.leadsHere(address) { led = address }
            if let led { await self.noteClosing(led) }
            let batch = Invocation.ipBatch(commands(name, led))
            try await self.runner.require(batch, state: "the instance may still be reachable")
            try await self.reapply()
        }
    }

    // MARK: The picture

    private func bringUp() async throws {
        control = try await device.ensureUp()
        try await InstanceBridge(configuration: configuration, member: member, runner: runner).ensureUp()
        try await runner.require(KernelSettings.invocation(configuration))
        let rules = try PolicyRule.parse(await runner.require(PolicyRule.show))
        let missing = PolicyRule.wanted(configuration).filter { !rules.contains($0) }
        if !missing.isEmpty { try await runner.require(.ipBatch(missing.map(\.add))) }
        let current = try await firewall.listing()
        if current == nil || current != listing {
            try await firewall.load(translations)
            listing = try await firewall.listing()
        } else {
            try await firewall.repairForwardRules()
        }
        known = nil
    }

    private var translations: AddressTranslations {
        picture.map { AddressTranslations(picture: $0, machine: member.machine) } ?? .none
    }

    private func noteOpen(_ instance: InstanceRef) { sealed[instance] = nil }

    private func noteUnsealed(_ link: InstanceLink) {
        sealed[link.instance] = nil
        claims.claim(link.address, isHere: true)
        known = known.map { state in
            NetworkState(
                peers: state.peers,
                routes: state.routes.unsealing(link.address, route: link.route),
                translations: state.translations
            )
        }
    }

    /// Whether this machine sends packets for the address to its own bridge; so it is taken until a picture is known.
    private func leadsHere(_ address: IPv4Address) -> Bool {
        guard let picture else { return true }
        return claims.local(in: picture, machine: member.machine).subtracting(sealed.values).contains(address)
    }

    private func noteClosing(_ address: IPv4Address) {
        claims.claim(address, isHere: false)
        // The link's own commands change a route behind the plan's back.
        known = nil
    }

    private func reapply() async throws {
        guard let picture else { return }
        try await converge(to: picture)
    }

    private func converge(to picture: RoutingPicture) async throws {
        guard let control else {
            throw PloyzError(.overlayFailed, "the overlay has not been started on this machine")
        }
        self.picture = picture
        let current: NetworkState
        if let known { current = known } else { current = try await readState() }
        // Asked again when anything below fails half-way.
        known = nil
        let plan = RoutePlan(
            picture: picture,
            member: member,
            local: claims.local(in: picture, machine: member.machine).subtracting(sealed.values),
            wireguard: configuration.wireguard,
            bridge: configuration.bridge
        )
        let peers = PeerPlan.peers(of: picture, machine: member.machine)
        let now = Int64(Date().timeIntervalSince1970)
        let changes = PeerChange.changes(from: current.peers, to: peers, now: now)
        let commands = plan.commands(from: current.routes, bridge: configuration.bridge)
        // The device swallows what no peer is allowed: so an address leaves the device before it leaves its peer, and
        // comes into the device after it has one.
        let leavesDevice = current.routes.routes.subtracting(plan.routes).contains {
            $0.leads(to: configuration.wireguard)
        }
        if !leavesDevice { try await control.apply(changes) }
        if !commands.isEmpty { try await runner.require(.ipBatch(commands)) }
        if leavesDevice { try await control.apply(changes) }
        // Last, since new connections follow them: both places are reachable before they begin to, and until they have
        // ceased to.
        let translations = translations
        if translations != current.translations { try await firewall.set(translations) }
        known = NetworkState(peers: current.peers(after: peers), routes: plan, translations: translations)
    }

    private func readState() async throws -> NetworkState {
        async let peers = device.dump().peers
        async let inner = runner.require(OverlayRoute.show(isIPv6: false))
        async let outer = runner.require(OverlayRoute.show(isIPv6: true))
        async let neighbours = runner.require(BridgeNeighbour.show(on: configuration.bridge))
        let routes = Set(try OverlayRoute.parse(await inner) + OverlayRoute.parse(await outer))
        let plan = RoutePlan(routes: routes, neighbours: Set(try BridgeNeighbour.parse(await neighbours)))
        return NetworkState(peers: try await peers, routes: plan, translations: nil)
    }

    private static let inner = DeviceName.inner

    private static func port(_ number: Int) throws -> UInt16 {
        guard let port = UInt16(exactly: number), port > 0 else {
            throw PloyzError(.usage, "\(number) is no port: it must be 1 to 65535")
        }
        return port
    }
}
