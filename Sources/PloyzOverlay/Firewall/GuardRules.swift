import PloyzModel

/// Who is kept from what, on this machine and beyond it. Each property is one guard, and each guard works without the
/// others.
///
/// The rules look at every packet of whoever began a connection: a machine that leaves the records is cut off in the middle
/// of it.
struct GuardRules: Sendable {
    let configuration: OverlayConfiguration
    let member: OverlayMember

    /// Packets for this machine itself. What comes by `lo` is its own.
    var input: [String] { strangers + names + instances + [Self.answers] + tunnel + control }

    /// Packets that this machine passes on.
    var forward: [String] { beyond + [Self.answers] + underlay }

    /// The port that a client was given at random may be any: what comes back to it is an answer.
    private static let answers = "ct direction reply accept"

    /// Management addresses are reached through the tunnel alone: else a host of the underlay could send to one, because
    /// Linux takes packets for any of its addresses by any of its devices.
    private var strangers: [String] { ["iifname != \(wireguard) ip6 daddr \(member.management) counter drop"] }

    /// Names are asked by the machine and by its own instances.
    private var names: [String] {
        ["iifname != \(bridge) ip daddr \(member.overlayAddress) meta l4proto { tcp, udp } th dport 53 counter drop"]
    }

    /// Instances have no IPv6, and no way to what listens on loopback, whatever `route_localnet` says.
    private var instances: [String] {
        [
            "iifname { \(inside) } meta nfproto ipv6 counter drop",
            "iifname { \(inside) } ip daddr 127.0.0.0/8 counter drop",
        ]
    }

    /// WireGuard takes a management address from its own machine alone, so the source proves who it is.
    private var tunnel: [String] {
        let ports = Self.list(configuration.ports.betweenMachines)
        return ["iifname \(wireguard) ip6 saddr @managers tcp dport { \(ports) } accept"]
    }

    /// Instances and what comes from other machines, by whatever address of this one.
    private var control: [String] {
        ports.map { "iifname { \(inside), \(wireguard) } \($0) counter jump refuse" }
    }

    /// Nobody's IPv6 is passed on into the tunnel or out of it: what has a management address sends by itself.
    private var beyond: [String] {
        [
            "iifname { \(inside), \(wireguard) } meta nfproto ipv6 counter drop",
            "oifname { \(bridge), \(wireguard), \"\(ParkingDevices.inward)\" } meta nfproto ipv6 counter drop",
        ]
    }

    /// An instance that goes out as this machine would be taken for it by the others.
    private var underlay: [String] {
        ports.map { "iifname { \(inside) } ip daddr @underlay \($0) counter jump refuse" }
    }

    private var wireguard: String { "\"\(configuration.wireguard)\"" }
    private var bridge: String { "\"\(configuration.bridge)\"" }
    /// Where instances' packets come in; the second, when they have waited.
    private var inside: String { "\(bridge), \"\(ParkingDevices.outward)\"" }

    private var ports: [String] {
        let ports = configuration.ports.betweenMachines.union([configuration.ports.join])
        return ["tcp dport { \(Self.list(ports)) }", "udp dport \(configuration.listenPort)"]
    }

    private static func list(_ ports: Set<Int>) -> String { ports.sorted().map(String.init).joined(separator: ", ") }
}
