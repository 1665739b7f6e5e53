import Foundation
import PloyzModel

/// A network device as `ip -j -d address show` prints it; only what we look at.
struct LinkState: Hashable, Sendable {
    let index: Int
    /// `wireguard`, `tun`, `bridge`, `veth` …; nil for what has no kind.
    let kind: String?
    let mtu: Int
    let hardwareAddress: String?
    let alias: String?
    /// Set up by an administrator, whether or not the other end is.
    let isUp: Bool
    /// The bridge it is a port of.
    let master: String?
    /// The index of a veth's other end.
    let peerIndex: Int?
    let addresses: Set<OverlayPrefix>

    /// The device of that name in the network of `pid`, or in the machine's own when that is nil; empty when there is
    /// none.
    static func read(
        _ name: DeviceName,
        _ runner: any InvocationRunner,
        in pid: Int32? = nil
    ) async throws -> [LinkState] {
        let place = { (invocation: Invocation) in pid.map(invocation.inNetwork) ?? invocation }
        let result = try await runner.run(place(show(name)))
        if result.status == 0 { return try parse(result.output) }
        // `ip` exits with 1 when there is no such device, and also for other reasons. "It is not there" would let a link
        // that is open pass for closed, so it is believed only when the list of all devices says so.
        let list = try await runner.require(place(list))
        guard try names(list).contains(name.text) else { return [] }
        throw PloyzError(
            .overlayFailed,
            "ip could not show the device \(name), which exists: \(result.errors.prefix(200))"
        )
    }

    static func show(_ name: DeviceName) -> Invocation {
        Invocation("ip", ["-j", "-d", "address", "show", "dev", name.text])
    }

    /// The device's flags, without addresses.
    static func state(_ name: DeviceName) -> Invocation { Invocation("ip", ["-j", "link", "show", "dev", name.text]) }

    /// Whether ``state(_:)`` printed a device that is up and whose other end is too (`operstate`, ip-link(8)).
    static func hasCarrier(_ text: String) -> Bool {
        struct Printed: Decodable { var operstate: String? }
        let printed = try? JSON.decode([Printed].self, from: Data(text.utf8))
        return printed?.first?.operstate == "UP"
    }

    static let list = Invocation("ip", ["-j", "link", "show"])

    static func names(_ text: String) throws -> Set<String> {
        struct Printed: Decodable { var ifname: String? }
        return Set(try JSON.decode([Printed].self, from: Data(text.utf8)).compactMap { $0.ifname })
    }

    static func parse(_ text: String) throws -> [LinkState] {
        // `ip` prints an empty object for each device that a filter leaves out.
        try JSON.decode([Printed].self, from: Data(text.utf8)).compactMap { $0.state }
    }

    private struct Printed: Decodable {
        struct LinkInfo: Decodable { var info_kind: String? }
        struct Address: Decodable {
            var local: String
            var prefixlen: Int
        }
        var ifindex: Int?
        var link_index: Int?
        var flags: [String]?
        var mtu: Int?
        var address: String?
        var ifalias: String?
        var master: String?
        var linkinfo: LinkInfo?
        var addr_info: [Address]?

        var state: LinkState? {
            guard let ifindex, let mtu else { return nil }
            return LinkState(
                index: ifindex,
                kind: linkinfo?.info_kind,
                mtu: mtu,
                hardwareAddress: address,
                alias: ifalias,
                isUp: flags?.contains("UP") ?? false,
                master: master,
                peerIndex: link_index,
                addresses: Set((addr_info ?? []).map { OverlayPrefix(printed: "\($0.local)/\($0.prefixlen)") })
            )
        }
    }
}
