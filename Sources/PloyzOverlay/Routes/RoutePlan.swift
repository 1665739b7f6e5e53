import PloyzMigration
import PloyzModel

/// The routes and neighbours that a machine should have.
struct RoutePlan: Hashable, Sendable {
    let routes: Set<OverlayRoute>
    let neighbours: Set<BridgeNeighbour>

    init(routes: Set<OverlayRoute>, neighbours: Set<BridgeNeighbour>) {
        self.routes = routes
        self.neighbours = neighbours
    }

    /// - Parameter local: the instance addresses that live on this machine.
    ///
    /// A move between two other machines changes nothing here: their /24s lead to the WireGuard device all the same,
    /// and WireGuard chooses the peer. A /32 into the device is needed only for an address that no other machine's
    /// subnet covers.
    init(
        picture: RoutingPicture,
        member: OverlayMember,
        local: Set<IPv4Address>,
        wireguard: DeviceName,
        bridge: DeviceName
    ) {
        let outward = OverlayRoute.Target.device(wireguard, source: member.overlayAddress)
        var routes: Set = [OverlayRoute(destination: .init(picture.cluster), target: .unreachable)]
        routes.insert(OverlayRoute(destination: .init(member.subnet), target: .unreachable))
        let others = picture.machines.filter { $0.id != member.machine }
        for machine in others where machine.subnet != member.subnet {
            guard let key = try? WireGuardPublicKey(machine.wireguardKey) else { continue }
            routes.insert(OverlayRoute(destination: .init(machine.subnet), target: outward))
            let address = OverlayPrefix(ManagementAddress(of: key))
            routes.insert(OverlayRoute(destination: address, target: .device(wireguard, source: nil)))
        }
        let known = Set(others.map(\.id))
        for route in picture.currentRoutes where !local.contains(route.address) && known.contains(route.place) {
            if others.contains(where: { $0.subnet.contains(route.address) }) { continue }
            routes.insert(OverlayRoute(destination: .init(route.address), target: outward))
        }
        for address in local {
            let target = OverlayRoute.Target.device(bridge, source: member.overlayAddress)
            routes.insert(OverlayRoute(destination: .init(address), target: target))
        }
        for alias in picture.currentRoutes.flatMap(\.aliases) where known.contains(alias.machine) {
            routes.insert(OverlayRoute(destination: .init(alias.address), target: outward))
        }
        let beside = picture.besides(on: member.machine).subtracting(local)
        for address in beside {
            let target = OverlayRoute.Target.device(bridge, source: member.overlayAddress)
            routes.insert(OverlayRoute(destination: .init(address), target: target, table: .beside))
        }
        self.init(routes: routes, neighbours: Set(local.union(beside).map(BridgeNeighbour.init)))
    }

    /// This plan after ``InstanceLink/unseal`` has brought `address` here.
    func unsealing(_ address: IPv4Address, route: OverlayRoute) -> RoutePlan {
        RoutePlan(
            routes: routes.filter { $0.key != route.key }.union([route]),
            neighbours: neighbours.union([BridgeNeighbour(address: address)])
        )
    }

    /// The steps from `current` to this plan. Neighbours come before the routes that need them; routes are replaced
    /// before others are taken away, so that an address never falls back to a wider route on its way.
    func commands(from current: RoutePlan, bridge: DeviceName) -> [IPCommand] {
        let key = { (command: IPCommand) in command.words.joined(separator: " ") }
        let keys = Set(routes.map(\.key))
        let added = neighbours.subtracting(current.neighbours).map { $0.replace(on: bridge) }
        let replaced = routes.subtracting(current.routes).map(\.replace)
        let deleted = Set(current.routes.map(\.key)).subtracting(keys).map(\.delete)
        let gone = current.neighbours.subtracting(neighbours).map { $0.delete(on: bridge) }
        return [added, replaced, deleted, gone].flatMap { group in group.sorted { key($0) < key($1) } }
    }
}
