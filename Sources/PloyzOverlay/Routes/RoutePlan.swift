import PloyzModel

/// Routes and neighbours of a machine: all of them, or those of some addresses.
struct RoutePlan: Hashable, Sendable {
    let routes: Set<OverlayRoute>
    let neighbours: Set<BridgeNeighbour>

    init(routes: Set<OverlayRoute>, neighbours: Set<BridgeNeighbour>) {
        self.routes = routes
        self.neighbours = neighbours
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
