/// The move of an instance that runs in both places for a while: the old place keeps the address until every connection
/// to it has had its time, and the new one is reached by an alias meanwhile.
///
/// WireGuard gives an address to one machine at a time, for sending and for accepting. The alias is a second address,
/// so that both places can be talked to at once; the machines at the two ends of a connection translate it, and neither
/// client nor instance ever sees it (docs/decisions/0009-aliases-for-handovers.md).
package struct Handover: Codable, Hashable, Sendable {
    package enum Phase: String, Codable, Hashable, Sendable {
        /// The new place is known and not open yet: everybody goes on talking to the old one.
        case opening
        /// New connections go to the new place, by its alias. Those that were there before stay with the old one.
        case open
        /// The address itself is at the new place. Connections that use the alias go on.
        case over
    }

    /// The machine that the instance leaves.
    package let from: MachineID
    package var phase: Phase
    /// The second address of the new place.
    package let alias: IPv4Address
    /// That of the old place, from the handover before this one: connections that use it go on until this one is over.
    package let formerAlias: IPv4Address?

    package init(from: MachineID, phase: Phase, alias: IPv4Address, formerAlias: IPv4Address?) {
        self.from = from
        self.phase = phase
        self.alias = alias
        self.formerAlias = formerAlias
    }
}

extension Handover {
    /// Where aliases lie: 240.0.0.0/7 of the reserved range 240.0.0.0/4 (RFC 1112), which no network uses.
    package static let aliases = IPv4Network(containing: IPv4Address(bits: 240 << 24), prefixLength: 7)

    /// The alias of `address` that is not `former`.
    ///
    /// Two are enough: when a handover begins, the one before it is over, so that the connections of at most one other
    /// alias are alive. Its last 24 bits are the address's, which are its own since a cluster's network has at least 8
    /// bits in common.
    package static func alias(of address: IPv4Address, notBeing former: IPv4Address?) -> IPv4Address {
        let first = IPv4Address(bits: 240 << 24 | address.bits & 0xff_ffff)
        return first == former ? IPv4Address(bits: first.bits | 1 << 24) : first
    }
}

extension RouteRecord {
    /// The machine that the address itself leads to: during a handover still the old one.
    package var place: MachineID {
        guard let handover, handover.phase != .over else { return machine }
        return handover.from
    }

    /// The record after a move to `target` during which both machines answer.
    package func handedOver(to target: MachineID) -> RouteRecord {
        var moved = self
        moved.machine = target
        moved.generation = moved.generation.grown
        moved.handover = Handover(
            from: machine,
            phase: .opening,
            alias: Handover.alias(of: address, notBeing: handover?.alias),
            formerAlias: handover?.alias
        )
        return moved
    }
}
