import PloyzMigration
import PloyzModel

/// What the part that an address has in a machine's network depends on, beside its record: the machine and the others.
struct Surroundings: Sendable {
    let member: OverlayMember
    let wireguard: DeviceName
    let bridge: DeviceName
    /// All machines but this one.
    let others: [MachineID: MachineRecord]
    /// IPv4 addresses of all machines outside of the overlay.
    let underlay: Set<IPv4Address>
    private let subnets: Set<IPv4Network>
    private let lengths: Set<Int>

    init(machines: [MachineID: MachineRecord], member: OverlayMember, wireguard: DeviceName, bridge: DeviceName) {
        self.member = member
        self.wireguard = wireguard
        self.bridge = bridge
        others = machines.filter { $0.key != member.machine }
        underlay = Set(machines.values.flatMap(\.endpoints).compactMap { (try? WireGuardEndpoint($0))?.ipv4 })
        subnets = Set(others.values.map(\.subnet))
        lengths = Set(subnets.map(\.prefixLength))
    }

    /// Whether the subnet of another machine has the address; asked without a look at each machine.
    func isCovered(_ address: IPv4Address) -> Bool {
        lengths.contains { subnets.contains(IPv4Network(containing: address, prefixLength: $0)) }
    }

    var outward: OverlayRoute.Target { .device(wireguard, source: member.overlayAddress) }
    var inward: OverlayRoute.Target { .device(bridge, source: member.overlayAddress) }
}

/// How an address stands on this machine, whatever its record says.
struct LocalStanding: Hashable, Sendable {
    /// What this machine knows better than the record; nil when it does not.
    var claim: Bool?
    /// A candidate that is here and sealed: a route to its closed link would swallow what should be refused or wait.
    var isSealed = false
    /// The instance here is about to stop: what other machines still send waits here.
    var holdsArrivals = false
}
