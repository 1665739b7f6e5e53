import PloyzMigration
import PloyzModel

/// The whole of what a machine's network should be: what follows from the machines, and a share for each address.
struct NetworkPlan: Sendable {
    private(set) var routes: [OverlayRoute.Key: OverlayRoute]
    private(set) var neighbours: Set<BridgeNeighbour> = []
    private(set) var peers: [WireGuardPublicKey: WireGuardPeer]
    private(set) var elements = TableElements.none
    /// Only those that add something.
    private(set) var shares: [IPv4Address: AddressShare] = [:]
    /// Whose peer a machine is.
    private let keys: [MachineID: WireGuardPublicKey]

    /// The plan without any instance.
    init(cluster: IPv4Network, in place: Surroundings) {
        routes = [:]
        for network in [cluster, place.member.subnet] {
            let route = OverlayRoute(destination: .init(network), target: .unreachable)
            routes[route.key] = route
        }
        var peers: [WireGuardPublicKey: WireGuardPeer] = [:]
        var keys: [MachineID: WireGuardPublicKey] = [:]
        // Of two records with one key, the machine that joined last has it: the other is what is left of a machine
        // that was made anew.
        for record in place.others.values.sorted(by: { ($0.joinedAt, $0.id) < ($1.joinedAt, $1.id) }) {
            guard let key = try? WireGuardPublicKey(record.wireguardKey) else { continue }
            let management = OverlayPrefix(ManagementAddress(of: key))
            let subnet = OverlayPrefix(record.subnet)
            keys[record.id] = key
            peers[key] = WireGuardPeer(
                key: key,
                endpoint: record.endpoints.lazy.compactMap { try? WireGuardEndpoint($0) }.first,
                allowed: [management, subnet]
            )
            guard record.subnet != place.member.subnet else { continue }
            let ways: [OverlayRoute] = [
                OverlayRoute(destination: subnet, target: place.outward),
                OverlayRoute(destination: management, target: .device(place.wireguard, source: nil)),
            ]
            for route in ways { routes[route.key] = route }
        }
        self.peers = peers
        self.keys = keys
        elements.underlay = place.underlay
        elements.managers = Set(peers.keys.map { ManagementAddress(of: $0) })
    }

    var routePlan: RoutePlan { RoutePlan(routes: Set(routes.values), neighbours: neighbours) }

    /// Replaces the share of an address. Shares of two addresses have nothing in common.
    mutating func set(_ share: AddressShare, of address: IPv4Address) {
        if let old = shares.removeValue(forKey: address) {
            for route in old.routes { routes[route.key] = nil }
            neighbours.subtract(old.neighbours)
            elements.remove(old.elements)
            for (prefix, machine) in old.allowed { if let key = keys[machine] { peers[key]?.allowed.remove(prefix) } }
        }
        guard share != .none else { return }
        shares[address] = share
        for route in share.routes { routes[route.key] = route }
        neighbours.formUnion(share.neighbours)
        elements.add(share.elements)
        for (prefix, machine) in share.allowed { if let key = keys[machine] { peers[key]?.allowed.insert(prefix) } }
    }

    /// The peer that a machine is; nil for one whose record holds no valid key.
    func key(of machine: MachineID) -> WireGuardPublicKey? { keys[machine] }
}
