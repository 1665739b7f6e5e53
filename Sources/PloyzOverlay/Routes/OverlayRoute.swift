import Foundation
import PloyzModel

/// A route of ours in the machine's main table.
struct OverlayRoute: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        /// Out of a device; IPv4 packets of the machine itself take `source` as their address.
        case device(DeviceName, source: IPv4Address?)
        /// Answered with ICMP "host unreachable", so that nothing for the cluster leaks out of the default route and
        /// whoever asks for an address that is nowhere hears so at once.
        case unreachable
    }

    let destination: OverlayPrefix
    let target: Target

    /// The number that marks our routes (rtnetlink(7), `rtm_protocol`): free in iproute2's `rt_protos`. Routes with
    /// another number are never changed.
    static let `protocol` = "80"

    /// Whether packets for the destination leave through `device`.
    func leads(to device: DeviceName) -> Bool {
        guard case .device(let name, _) = target else { return false }
        return name == device
    }

    var replace: IPCommand {
        switch target {
        case .unreachable:
            ["route", "replace", "unreachable", destination.text, "proto", Self.protocol]
        case .device(let device, nil):
            ["route", "replace", destination.text, "dev", device.text, "proto", Self.protocol]
        case .device(let device, let source?):
            [
                "route", "replace", destination.text, "dev", device.text, "proto", Self.protocol, "scope", "link",
                "src", source.description,
            ]
        }
    }

    static func delete(_ destination: OverlayPrefix) -> IPCommand {
        ["route", "del", destination.text, "proto", Self.protocol]
    }

    static func show(isIPv6: Bool) -> Invocation {
        Invocation("ip", ["-j", isIPv6 ? "-6" : "-4", "route", "show", "proto", Self.protocol])
    }

    /// Reads what ``show(isIPv6:)`` prints. A route that is none of our forms is left out and so set anew.
    static func parse(_ text: String) throws -> [OverlayRoute] {
        struct Printed: Decodable {
            var type: String?
            var dst: String
            var dev: String?
            var prefsrc: String?
        }
        guard text.contains("[") else { return [] }
        return try JSON.decode([Printed].self, from: Data(text.utf8)).compactMap { printed in
            let destination = OverlayPrefix(printed: printed.dst)
            if printed.type == "unreachable" { return OverlayRoute(destination: destination, target: .unreachable) }
            guard printed.type == nil, let device = printed.dev.flatMap({ try? DeviceName($0) }) else { return nil }
            let source = printed.prefsrc.flatMap { try? IPv4Address($0) }
            return OverlayRoute(destination: destination, target: .device(device, source: source))
        }
    }
}
