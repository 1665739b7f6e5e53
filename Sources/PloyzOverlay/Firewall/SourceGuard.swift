import Foundation
import PloyzModel

/// Keeps instances from sending as anybody else, at the machine's ends of their links: the table `bridge ployz`, and the
/// bridge's own settings of its ports.
///
/// What a link gives is IPv4 from the one hardware address and the one address that it was made for, or it is dropped
/// before the bridge has looked at it: no ARP, no IPv6, nobody else's address. The bridge learns nothing from its ports
/// and floods nothing to them: which port a hardware address has is entered here. (It would learn from some frames that
/// no rule sees: those for 01:80:c2:00:00:0x, br_input.c.)
struct SourceGuard: Sendable {
    /// The machine's end of an instance's link, and whose it is.
    struct Link: Hashable, Comparable, Sendable {
        let name: DeviceName
        let address: IPv4Address

        var element: String { "\"\(name)\" . \(MACAddress(of: address)) . \(address)" }

        static func < (left: Link, right: Link) -> Bool { left.name.text < right.name.text }
    }

    let bridge: DeviceName
    let runner: any InvocationRunner

    /// - Throws: ``PloyzError`` when the kernel or nft cannot do it.
    func load(_ links: Set<Link>) async throws {
        try await runner.require(Self.nft(Self.rules + Self.add(links)))
    }

    /// The elements, while the table stands.
    func set(_ links: Set<Link>) async throws {
        try await runner.require(Self.nft("flush set bridge ployz links\n" + Self.add(links)))
    }

    func add(_ link: Link) async throws { try await runner.require(Self.nft(Self.add([link]))) }

    func remove(_ link: Link) async throws {
        try await runner.require(Self.nft("delete element bridge ployz links { \(link.element) }\n"))
    }

    /// What `nft` prints for the table without its elements; nil when there is none.
    func listing() async throws -> String? {
        let result = try await runner.run(Self.list)
        return result.status == 0 ? result.output : nil
    }

    /// The links that are ports of the bridge now.
    func ports() async throws -> Set<Link> {
        try Self.parse(try await runner.require(Self.show(bridge)))
    }

    /// Sets the ports of the bridge right; those that went meanwhile are passed over.
    func settle(_ links: Set<Link>) async throws {
        guard !links.isEmpty else { return }
        _ = try await runner.run(Self.settings(links, options: ["-force"]))
    }

    /// Sets the port of one link right.
    func settle(_ link: Link) async throws { try await runner.require(Self.settings([link])) }

    // MARK: Texts

    static let rules = """
        table bridge ployz
        delete table bridge ployz
        table bridge ployz {
            # Device, hardware address and address of each instance here.
            set links { type ifname . ether_addr . ipv4_addr; }
            chain sources {
                type filter hook prerouting priority -300; policy accept;
                iifname "\(DeviceName.linkPrefix)*" iifname . ether saddr . ip saddr @links accept
                iifname "\(DeviceName.linkPrefix)*" counter drop
            }
        }

        """

    static let list = Invocation("nft", ["--terse", "--stateless", "list", "table", "bridge", "ployz"])

    static func show(_ bridge: DeviceName) -> Invocation {
        Invocation("ip", ["-j", "link", "show", "master", bridge.text])
    }

    /// Reads what ``show(_:)`` prints. Ports that are no links of ours are left out, and may send nothing if they are
    /// named like one.
    static func parse(_ text: String) throws -> Set<Link> {
        struct Printed: Decodable {
            var ifname: String?
            var ifalias: String?
        }
        guard text.contains("[") else { return [] }
        let links = try JSON.decode([Printed].self, from: Data(text.utf8)).compactMap { printed -> Link? in
            guard let name = printed.ifname.flatMap({ try? DeviceName($0) }),
                let address = printed.ifalias.flatMap(InstanceLink.address(inAlias:))
            else { return nil }
            return Link(name: name, address: address)
        }
        return Set(links)
    }

    static func add(_ links: Set<Link>) -> String {
        guard !links.isEmpty else { return "" }
        return "add element bridge ployz links { \(links.sorted().map(\.element).joined(separator: ", ")) }\n"
    }

    /// The entry comes first: without it, a port that nothing is flooded to is not reached. `-force` goes on after a line
    /// that fails.
    static func settings(_ links: Set<Link>, options: [String] = []) -> Invocation {
        let lines = links.sorted().flatMap { link in
            [
                "fdb replace \(MACAddress(of: link.address)) dev \(link.name) master static",
                "link set dev \(link.name) learning off flood off mcast_flood off bcast_flood off",
            ]
        }
        return Invocation("bridge", options + ["-batch", "-"], input: lines.joined(separator: "\n") + "\n")
    }

    private static func nft(_ input: String) -> Invocation { Invocation("nft", ["-f", "-"], input: input) }
}
