import PloyzMigration
import PloyzModel

/// The peers that a machine's WireGuard device should have: one for each other machine, with its management address,
/// its subnet, each instance address that lives there but is from another subnet, and the aliases of its instances.
///
/// WireGuard gives an address to the peer with the longest prefix, so the /32 of an address that has moved wins over
/// the /24 it comes from, both for sending and for accepting.
enum PeerPlan {
    /// - Returns: ordered by key. Machines whose record holds no valid key are left out.
    static func peers(of picture: RoutingPicture, machine: MachineID) -> [WireGuardPeer] {
        var moved: [MachineID: Set<OverlayPrefix>] = [:]
        for route in picture.currentRoutes {
            for alias in route.aliases { moved[alias.machine, default: []].insert(.init(alias.address)) }
            guard let record = picture.machines.first(where: { $0.id == route.place }) else { continue }
            if !record.subnet.contains(route.address) { moved[route.place, default: []].insert(.init(route.address)) }
        }
        var peers: [WireGuardPublicKey: WireGuardPeer] = [:]
        // Of two records with one key, the machine that joined last has it: the other is what is left of a machine
        // that was made anew.
        for record in picture.machines.sorted(by: { ($0.joinedAt, $0.id) < ($1.joinedAt, $1.id) })
        where record.id != machine {
            guard let key = try? WireGuardPublicKey(record.wireguardKey) else { continue }
            let own: Set = [OverlayPrefix(ManagementAddress(of: key)), OverlayPrefix(record.subnet)]
            peers[key] = WireGuardPeer(
                key: key,
                endpoint: record.endpoints.lazy.compactMap { try? WireGuardEndpoint($0) }.first,
                allowed: own.union(moved[record.id] ?? [])
            )
        }
        return peers.values.sorted { $0.key < $1.key }
    }
}

extension RoutingPicture {
    /// One record for each address: the one of the highest generation.
    var currentRoutes: [RouteRecord] {
        var newest: [IPv4Address: RouteRecord] = [:]
        for route in routes where route.generation >= newest[route.address]?.generation ?? 0 {
            newest[route.address] = route
        }
        return newest.values.sorted { $0.address < $1.address }
    }
}
