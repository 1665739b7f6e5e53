/// Where an instance's address is: what every machine's WireGuard peers and routes are computed from.
package struct RouteRecord: Codable, Hashable, Sendable {
    package let address: IPv4Address
    package var instance: InstanceRef
    package var machine: MachineID
    package var ports: [ServicePort]
    /// Grows with each change; of two records for an address the older loses.
    package var generation: UInt64
    /// The last move in which both places answered for a while; it stays until the next move.
    package var handover: Handover?
    /// While the instance stands still: every machine holds new connections to the address until this is gone.
    package var parking: Parking?

    package init(
        address: IPv4Address,
        instance: InstanceRef,
        machine: MachineID,
        ports: [ServicePort],
        generation: UInt64,
        handover: Handover? = nil,
        parking: Parking? = nil
    ) {
        self.address = address
        self.instance = instance
        self.machine = machine
        self.ports = ports
        self.generation = generation
        self.handover = handover
        self.parking = parking
    }
}
