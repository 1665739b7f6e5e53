import PloyzModel

/// The veth pair between our bridge and a sandbox, as the commands that make, open and close it.
///
/// Inside, `eth0` has the instance's address alone (/32) and one way out, the gateway, whose hardware address is the
/// same on all machines and entered for good. So nothing inside knows where any other instance is, and a move changes
/// nothing there (docs/decisions/0003-container-addresses.md).
struct InstanceLink: Hashable, Sendable {
    let instance: InstanceRef
    let address: IPv4Address
    let gateway: IPv4Address
    let bridge: DeviceName
    let mtu: Int

    /// The host's end.
    var name: DeviceName { DeviceName(linkOf: instance) }

    /// Tells people, and us, what the link is: 15 characters of name cannot.
    var alias: String { "ployz \(address) \(instance)" }

    /// The address in an alias that ``alias`` made; nil for another text.
    static func address(inAlias alias: String) -> IPv4Address? {
        let words = alias.split(separator: " ")
        guard words.count == 3, words[0] == "ployz" else { return nil }
        return try? IPv4Address(String(words[1]))
    }

    /// Makes the pair, the host's end down: sealed. Ports are isolated, so that instances on one machine talk through
    /// the gateway, as those on two machines do.
    func create(in pid: Int32) -> [IPCommand] {
        [
            [
                "link", "add", "name", name.text, "mtu", String(mtu), "type", "veth", "peer", "name", "eth0", "address",
                MACAddress(of: address).text, "mtu", String(mtu), "netns", String(pid),
            ],
            ["link", "set", "dev", name.text, "alias", alias, "addrgenmode", "none", "master", bridge.text],
            ["link", "set", "dev", name.text, "type", "bridge_slave", "isolated", "on"],
        ]
    }

    /// The sandbox's side.
    var configureInside: [IPCommand] {
        [
            ["link", "set", "dev", "lo", "up"],
            ["link", "set", "dev", "eth0", "addrgenmode", "none", "up"],
            ["address", "replace", "\(address)/32", "dev", "eth0"],
            [
                "neigh", "replace", gateway.description, "lladdr", MACAddress.gateway.text, "dev", "eth0", "nud",
                "permanent",
            ],
            ["route", "replace", "\(gateway)/32", "dev", "eth0", "scope", "link"],
            ["route", "replace", "default", "via", gateway.description, "dev", "eth0"],
        ]
    }

    /// The machine's route to the instance.
    var route: OverlayRoute { OverlayRoute(destination: .init(address), target: .device(bridge, source: gateway)) }

    /// Opens the link. Nothing is led to it yet.
    var open: [IPCommand] {
        [
            BridgeNeighbour(address: address).replace(on: bridge),
            ["link", "set", "dev", name.text, "up"],
        ]
    }

    /// Points this machine at the open link: this is the switch of a migration.
    var lead: [IPCommand] { [route.replace] }

    /// Closes the link; it stays.
    static func seal(_ name: DeviceName, _ address: IPv4Address?) -> [IPCommand] {
        refuse(address) + [["link", "set", "dev", name.text, "down"]]
    }

    static func delete(_ name: DeviceName, _ address: IPv4Address?) -> [IPCommand] {
        refuse(address) + [["link", "del", "dev", name.text]]
    }

    /// Comes first, because the kernel takes some 20 ms to put a link down, and a connection that is begun in that time
    /// should be refused at once and not wait a second for its second try.
    private static func refuse(_ address: IPv4Address?) -> [IPCommand] {
        guard let address else { return [] }
        return [OverlayRoute(destination: .init(address), target: .unreachable).replace]
    }

    /// Whether the two ends that were found are a pair that ``create(in:)`` and ``configureInside`` made.
    func isRight(host: LinkState, inside: LinkState, routes: [InsideRoute]) -> Bool {
        host.kind == "veth" && host.master == bridge.text && host.alias == alias && host.mtu == mtu
            && host.peerIndex == inside.index && inside.peerIndex == host.index && inside.mtu == mtu && inside.isUp
            && inside.hardwareAddress == MACAddress(of: address).text
            && inside.addresses.contains(OverlayPrefix(address))
            && routes.contains { $0.dst == "default" && $0.gateway == gateway.description && $0.dev == "eth0" }
    }
}

/// A route inside a sandbox, as `ip -j route show` prints it; only what we look at.
struct InsideRoute: Hashable, Sendable, Decodable {
    var dst: String
    var gateway: String?
    var dev: String?

    static let show = Invocation("ip", ["-j", "-4", "route", "show"])
}
