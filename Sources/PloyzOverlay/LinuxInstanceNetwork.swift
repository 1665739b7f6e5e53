import Foundation
package import PloyzMigration
package import PloyzModel
package import PloyzSupervisor
import PloyzSystem

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
    private var applied: NetworkPlan?
    private var parking = ParkingState()
    private var picture: RoutingPicture?
    private var surroundings: Surroundings?
    private var claims = LocalClaims()
    /// Addresses of instances here that stop or have stopped: see ``holdArrivals(_:address:)``.
    private var stopping: Set<IPv4Address> = []
    /// Candidates here that are sealed. The records may give their address to this machine a moment before they are
    /// opened; a route to a closed link would swallow what should be refused.
    private var sealed: [InstanceRef: IPv4Address] = [:]
    /// The process by which each sandbox's network is reached, of those that this daemon has attached.
    private var inside: [InstanceRef: Int32] = [:]
    /// Of this daemon or of one before it.
    private var loaded: LoadedRules?
    private let sources: SourceKeeper
    /// What is wrong with the tunnel, although it works.
    private var tunnelProblem: String?

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
        sources = SourceKeeper(SourceGuard(bridge: configuration.bridge, runner: runner))
        loaded = LoadedRules.read(from: configuration.rulesFile, rules: firewall.rules)
    }

    /// WireGuard up, bridge up, kernel settings, firewall. No instance, tunnel or route that is right is touched.
    package func start() async throws {
        try await turns.run { try await self.bringUp() }
        await sources.repair()
    }

    /// Looks whether everything is as it should be and sets it right: a WireGuard process that died, rules that another
    /// program flushed, routes that somebody removed.
    package func repair() async throws {
        try await turns.run {
            try await self.bringUp()
            try await self.convergeIfKnown()
            try await self.forgetReleased()
        }
        await sources.repair()
    }

    /// What is not as it should be, although the network works: what instances here are not kept from, packets that the
    /// tunnel may lose. Empty as a rule.
    package var problems: [String] {
        get async { [tunnelProblem, await sources.problem].compactMap(\.self) }
    }

    /// What went over the tunnel to each other machine, by its public key.
    package func traffic() async throws -> [String: PeerTraffic] { try await device.traffic() }

    package func apply(_ picture: RoutingPicture) async throws {
        try await turns.run {
            await self.take(picture)
            try await self.converge()
        }
    }

    package func apply(_ change: [IPv4Address: RouteRecord?]) async throws {
        try await turns.run {
            await self.take(change)
            try await self.converge(Set(change.keys))
        }
    }

    package func holdArrivals(_ instance: InstanceRef, address: IPv4Address) async throws {
        try await turns.run {
            await self.noteStopping(address)
            try await self.converge([address])
        }
    }

    package func openConnections(in sandbox: RunningContainer) async throws -> Set<String> {
        SocketTable.connections(of: sandbox.pid)
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
        await sources.admit(SourceGuard.Link(name: link.name, address: link.address))
        if !sealed { try await open(link) }
    }

    /// What waits for the address goes on waiting: the instance may not answer yet.
    private func open(_ link: InstanceLink) async throws {
        try await turns.run {
            try await self.runner.require(.ipBatch(link.open), state: "the instance may still be sealed")
            try await self.waitForCarrier(of: link.name)
            try await self.runner.require(.ipBatch(link.lead), state: "the instance is open, but no route leads to it")
            await self.noteOpen(link.instance)
            try await self.convergeIfKnown([link.address])
        }
    }

    package func unseal(_ instance: InstanceRef, address: IPv4Address) async throws {
        let link = link(instance, address)
        try await turns.run {
            try await self.runner.require(.ipBatch(link.open), state: "the instance may still be sealed")
            try await self.waitForCarrier(of: link.name)
            // The same batch lets go on what waits here.
            let commands = await link.lead + self.releases(address)
            try await self.runner.require(.ipBatch(commands), state: "the instance is open, but no route leads to it")
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
        await sources.forget(DeviceName(linkOf: instance))
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
            // All of it when a route was changed behind the plan's back; else there may be nothing to do.
            try await self.convergeIfKnown(led == nil ? address.map { [$0] } : nil)
        }
    }

    // MARK: The picture

    private func bringUp() async throws {
        control = try await device.ensureUp()
        tunnelProblem = control is UserspaceControl ? await device.widenSockets() : nil
        try await InstanceBridge(configuration: configuration, member: member, runner: runner).ensureUp()
        try await ParkingDevices(mtu: configuration.mtu, runner: runner).ensureUp()
        try await runner.require(KernelSettings.invocation(configuration))
        let rules = try PolicyRule.parse(await runner.require(PolicyRule.show))
        let missing = PolicyRule.wanted(configuration).filter { !rules.contains($0) }
        if !missing.isEmpty { try await runner.require(.ipBatch(missing.map(\.add))) }
        let current = try await firewall.listing()
        if current == nil || current != loaded?.listing {
            try await firewall.load(applied?.elements ?? .none)
            loaded = try await firewall.listing().map { LoadedRules(rules: firewall.rules, listing: $0) }
            loaded?.write(to: configuration.rulesFile)
        } else {
            try await firewall.repairForwardRules()
        }
        applied = nil
    }

    private func take(_ picture: RoutingPicture) {
        self.picture = picture
        surroundings = Surroundings(
            machines: picture.machines,
            member: member,
            wireguard: configuration.wireguard,
            bridge: configuration.bridge
        )
    }

    private func take(_ change: [IPv4Address: RouteRecord?]) { picture?.apply(change) }

    private func noteOpen(_ instance: InstanceRef) { sealed[instance] = nil }

    private func noteUnsealed(_ link: InstanceLink) {
        sealed[link.instance] = nil
        stopping.remove(link.address)
        claims.claim(link.address, isHere: true, against: picture?.routes[link.address])
        guard var share = applied?.shares[link.address] ?? applied.map({ _ in .none }) else { return }
        share.lead(link.address, by: link.route)
        applied?.set(share, of: link.address)
    }

    /// What lets the connections that wait here go on; nothing when none can.
    private func releases(_ address: IPv4Address) -> [IPCommand] {
        guard applied?.shares[address]?.elements.parked.isEmpty == false else { return [] }
        parking.released.insert(address)
        return [ParkingDevices.release(address)]
    }

    private func noteStopping(_ address: IPv4Address) { stopping.insert(address) }

    /// Whether this machine sends packets for the address to its own bridge; so it is taken until a picture is known.
    private func leadsHere(_ address: IPv4Address) -> Bool {
        guard let picture else { return true }
        let record = picture.routes[address]
        let isHere = claims.isHere(address, against: record) ?? (record?.place == member.machine)
        return isHere && !sealed.values.contains(address)
    }

    private func noteClosing(_ address: IPv4Address) {
        claims.claim(address, isHere: false, against: picture?.routes[address])
        // The link's own commands change a route behind the plan's back.
        applied = nil
    }

    private func share(of address: IPv4Address, in place: Surroundings) -> AddressShare {
        let record = picture?.routes[address]
        // It ends with the parking, however that ends.
        if record?.parking == nil { stopping.remove(address) }
        let standing = LocalStanding(
            claim: claims.isHere(address, against: record),
            isSealed: sealed.values.contains(address),
            holdsArrivals: stopping.contains(address)
        )
        return AddressShare(of: address, record: record, standing: standing, in: place)
    }

    private func convergeIfKnown(_ addresses: Set<IPv4Address>? = nil) async throws {
        guard picture != nil else { return }
        if let addresses { try await converge(addresses) } else { try await converge() }
    }

    /// Everything: what the kernel holds becomes what the picture says.
    private func converge() async throws {
        guard let control, let picture, let surroundings else { throw Self.notStarted }
        let current: NetworkState
        if let applied { current = state(of: applied) } else { current = try await readState() }
        // Asked again when anything below fails half-way.
        applied = nil
        var plan = NetworkPlan(cluster: picture.cluster, in: surroundings)
        for address in Set(picture.routes.keys).union(claims.addresses) {
            plan.set(share(of: address, in: surroundings), of: address)
        }
        let now = Int64(Date().timeIntervalSince1970)
        let wanted = plan.peers.values.sorted { $0.key < $1.key }
        let changes = PeerChange.changes(from: Array(current.peers.values), to: wanted, now: now)
        let parked = current.parking.commands(parked: plan.elements.parked)
        try await apply(
            changes,
            by: control,
            from: current.routes,
            to: plan.routePlan,
            holding: parked.hold,
            releasing: parked.release
        ) {
            guard let known = current.elements else { return try await self.firewall.set(plan.elements) }
            try await self.firewall.change(from: known, to: plan.elements, all: plan.elements)
        }
        parking.released = current.parking.released.subtracting(plan.elements.parked)
            .union(current.parking.waiting.subtracting(plan.elements.parked))
        applied = plan
    }

    /// What these addresses need, and nothing else.
    private func converge(_ addresses: Set<IPv4Address>) async throws {
        guard var plan = applied, let control, let surroundings else { return try await converge() }
        // Else the change below would copy all of it.
        applied = nil
        var (before, after) = (RoutePart(), RoutePart())
        var machines: Set<MachineID> = []
        var news: [IPv4Address: AddressShare] = [:]
        for address in addresses {
            let old = plan.shares[address] ?? .none
            let new = share(of: address, in: surroundings)
            guard old != new else { continue }
            before.add(old)
            after.add(new)
            if old.allowed != new.allowed { machines.formUnion(Array(old.allowed.values) + new.allowed.values) }
            news[address] = new
        }
        let keys = machines.compactMap(plan.key)
        let states = keys.compactMap { plan.peers[$0] }.map(WireGuardPeerState.init)
        for (address, share) in news { plan.set(share, of: address) }
        let wanted = keys.compactMap { plan.peers[$0] }.sorted { $0.key < $1.key }
        let changes = PeerChange.changes(from: states, to: wanted, now: 0)
        let state = ParkingState(
            released: parking.released.intersection(after.elements.parked),
            waiting: before.elements.parked
        )
        let parked = state.commands(parked: after.elements.parked)
        let (elements, all) = (after.elements, plan.elements)
        let old = before.elements
        try await apply(
            changes,
            by: control,
            from: before.plan,
            to: after.plan,
            holding: parked.hold,
            releasing: parked.release
        ) {
            try await self.firewall.change(from: old, to: elements, all: all)
        }
        parking.released.subtract(after.elements.parked)
        parking.released.formUnion(before.elements.parked.subtracting(after.elements.parked))
        applied = plan
    }

    /// The order of what changes together.
    private func apply(
        _ changes: [PeerChange],
        by control: any WireGuardControl,
        from current: RoutePlan,
        to plan: RoutePlan,
        holding: [IPCommand],
        releasing: [IPCommand],
        elements: () async throws -> Void
    ) async throws {
        let commands = holding + plan.commands(from: current, bridge: configuration.bridge) + releasing
        // The device swallows what no peer is allowed: so an address leaves the device before it leaves its peer, and
        // comes into the device after it has one.
        let leavesDevice = current.routes.subtracting(plan.routes).contains { $0.leads(to: configuration.wireguard) }
        if !leavesDevice { try await control.apply(changes) }
        if !commands.isEmpty { try await runner.require(.ipBatch(commands)) }
        if leavesDevice { try await control.apply(changes) }
        // Last, since new connections follow them: both places are reachable before they begin to, and until they have
        // ceased to; and who has waited has somewhere to go.
        try await elements()
    }

    /// Forgets addresses that have been released for a while.
    private func forgetReleased() async throws {
        let commands = parking.leftovers(parked: applied?.elements.parked ?? [])
        guard !commands.isEmpty else { return }
        do {
            try await runner.require(.ipBatch(commands))
            parking.released.formIntersection(applied?.elements.parked ?? [])
        } catch {
            // What is there is read anew.
            applied = nil
            throw error
        }
    }

    private func state(of plan: NetworkPlan) -> NetworkState {
        NetworkState(
            peers: plan.peers.mapValues(WireGuardPeerState.init),
            routes: plan.routePlan,
            parking: ParkingState(released: parking.released, waiting: plan.elements.parked),
            elements: plan.elements
        )
    }

    private func readState() async throws -> NetworkState {
        async let peers = device.dump().peers
        async let inner = runner.require(OverlayRoute.show(isIPv6: false))
        async let outer = runner.require(OverlayRoute.show(isIPv6: true))
        async let neighbours = runner.require(BridgeNeighbour.show(on: configuration.bridge))
        async let parking = runner.require(ParkingDevices.show)
        let routes = Set(try OverlayRoute.parse(await inner) + OverlayRoute.parse(await outer))
        return NetworkState(
            peers: Dictionary(try await peers.map { ($0.key, $0) }) { first, _ in first },
            routes: RoutePlan(routes: routes, neighbours: Set(try BridgeNeighbour.parse(await neighbours))),
            parking: try ParkingDevices.parse(await parking),
            elements: nil
        )
    }

    private static let notStarted = PloyzError(
        .overlayFailed,
        "the overlay has not been started on this machine, or knows no records yet"
    )

    /// Routes and elements of some addresses, put together.
    private struct RoutePart {
        var routes: Set<OverlayRoute> = []
        var neighbours: Set<BridgeNeighbour> = []
        var elements = TableElements.none

        var plan: RoutePlan { RoutePlan(routes: routes, neighbours: neighbours) }

        mutating func add(_ share: AddressShare) {
            routes.formUnion(share.routes)
            neighbours.formUnion(share.neighbours)
            elements.add(share.elements)
        }
    }

    private static let inner = DeviceName.inner

    private static func port(_ number: Int) throws -> UInt16 {
        guard let port = UInt16(exactly: number), port > 0 else {
            throw PloyzError(.usage, "\(number) is no port: it must be 1 to 65535")
        }
        return port
    }
}
