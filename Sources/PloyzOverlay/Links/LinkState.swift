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
        let here = Invocation("ip", ["-j", "-d", "address", "show", "dev", name.text])
        let result = try await runner.run(pid.map(here.inNetwork) ?? here)
        // `ip` says 1 for a device that is not there, and nothing on standard output.
        guard result.status == 0 else { return [] }
        return try parse(result.output)
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
