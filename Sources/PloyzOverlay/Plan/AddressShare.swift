import PloyzMigration
import PloyzModel

/// What one address adds to a machine's network: computed from its record alone, so that a change of one record costs the
/// same in a cluster of ten and of ten thousand.
struct AddressShare: Hashable, Sendable {
    var routes: Set<OverlayRoute> = []
    var neighbours: Set<BridgeNeighbour> = []
    /// What WireGuard takes from, and sends to, other machines.
    var allowed: [OverlayPrefix: MachineID] = [:]
    var elements = TableElements.none

    static let none = AddressShare()

    private init() {}

    /// - Parameter record: nil when the address has none.
    init(of address: IPv4Address, record: RouteRecord?, standing: LocalStanding, in place: Surroundings) {
        let machine = place.member.machine
        let isHere = standing.claim ?? (record?.place == machine)
        let isOpenHere = isHere && !standing.isSealed
        if isOpenHere { lead(address, by: OverlayRoute(destination: .init(address), target: place.inward)) }
        guard let record else { return }
        // A move between two other machines changes no route: their subnets lead to the WireGuard device all the same, and
        // WireGuard chooses the peer. A route of its own is needed only by an address that no other subnet covers.
        if !isOpenHere, place.others[record.place] != nil, !place.isCovered(address) {
            routes.insert(OverlayRoute(destination: .init(address), target: place.outward))
        }
        // The longest prefix wins, so the /32 of an address that has moved wins over the subnet it comes from.
        if let other = place.others[record.place], !other.subnet.contains(address) {
            allowed[.init(address)] = record.place
        }
        for alias in record.aliases where place.others[alias.machine] != nil {
            routes.insert(OverlayRoute(destination: .init(alias.address), target: place.outward))
            allowed[.init(alias.address)] = alias.machine
        }
        if record.machine == machine, record.place != machine, !isOpenHere {
            routes.insert(OverlayRoute(destination: .init(address), target: place.inward, table: .beside))
            neighbours.insert(BridgeNeighbour(address: address))
        }
        elements = TableElements(handoverOf: record, on: machine)
        park(record, standing, on: machine)
    }

    private mutating func park(_ record: RouteRecord, _ standing: LocalStanding, on machine: MachineID) {
        // An instance that was opened here after the record was written answers: nobody waits for it.
        let isParked = record.parking != nil && standing.claim != true
        // Committed to this machine, and not open yet: other machines send here already.
        let isAwaited = record.place == machine && standing.isSealed && standing.claim != true
        guard isParked || isAwaited else { return }
        elements.parked = [record.address]
        if standing.holdsArrivals || standing.isSealed { elements.parkedArrivals = [record.address] }
    }

    /// The address as ``InstanceLink/lead`` has just led it to the bridge.
    mutating func lead(_ address: IPv4Address, by route: OverlayRoute) {
        routes = routes.filter { $0.key != route.key }
        routes.insert(route)
        neighbours.insert(BridgeNeighbour(address: address))
    }
}
