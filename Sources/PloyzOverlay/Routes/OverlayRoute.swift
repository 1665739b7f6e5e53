import Foundation
import PloyzModel

/// A route of ours.
struct OverlayRoute: Hashable, Sendable {
    enum Table: Hashable, Sendable {
        case main
        /// Asked before the main table, by ``PolicyRule``, for what belongs to an instance that runs here beside its old
        /// place. Its number is ``OverlayRoute/protocol``.
        case beside
    }

    enum Target: Hashable, Sendable {
        /// Out of a device; IPv4 packets of the machine itself take `source` as their address.
        case device(DeviceName, source: IPv4Address?)
        /// Answered with ICMP "host unreachable", so that nothing for the cluster leaks out of the default route and
        /// whoever asks for an address that is nowhere hears so at once.
        case unreachable
    }

    /// What there is one route of.
    struct Key: Hashable, Sendable {
        let destination: OverlayPrefix
        let table: Table

        var delete: IPCommand {
            IPCommand(["route", "del", destination.text] + table.words + ["proto", OverlayRoute.protocol])
        }
    }

    let destination: OverlayPrefix
    let target: Target
    let table: Table

    init(destination: OverlayPrefix, target: Target, table: Table = .main) {
        self.destination = destination
        self.target = target
        self.table = table
    }

    var key: Key { Key(destination: destination, table: table) }

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
            IPCommand(["route", "replace", "unreachable", destination.text] + table.words + ["proto", Self.protocol])
        case .device(let device, let source):
            IPCommand(
                ["route", "replace", destination.text, "dev", device.text] + table.words + ["proto", Self.protocol]
                    + (source.map { ["scope", "link", "src", $0.description] } ?? [])
            )
        }
    }

    static func show(isIPv6: Bool) -> Invocation {
        // A table that has never had a route is an error to `ip route show table 80`; among all tables it is not.
        let tables = isIPv6 ? [] : ["table", "all"]
        return Invocation("ip", ["-j", isIPv6 ? "-6" : "-4", "route", "show"] + tables + ["proto", Self.protocol])
    }

    /// Reads what ``show(isIPv6:)`` prints. A route that is none of our forms is left out and so set anew.
    static func parse(_ text: String) throws -> [OverlayRoute] {
        struct Printed: Decodable {
            var type: String?
            var dst: String
            var dev: String?
            var prefsrc: String?
            var table: String?
        }
        guard text.contains("[") else { return [] }
        return try JSON.decode([Printed].self, from: Data(text.utf8)).compactMap { printed in
            let destination = OverlayPrefix(printed: printed.dst)
            guard let table = Table(printed: printed.table) else { return nil }
            if printed.type == "unreachable" {
                return OverlayRoute(destination: destination, target: .unreachable, table: table)
            }
            guard printed.type == nil, let device = printed.dev.flatMap({ try? DeviceName($0) }) else { return nil }
            let source = printed.prefsrc.flatMap { try? IPv4Address($0) }
            return OverlayRoute(destination: destination, target: .device(device, source: source), table: table)
        }
    }
}

extension OverlayRoute.Table {
    var words: [String] {
        switch self {
        case .main: []
        case .beside: ["table", OverlayRoute.protocol]
        }
    }

    /// nil for a table that is not ours.
    init?(printed: String?) {
        switch printed {
        case nil, "main": self = .main
        case OverlayRoute.protocol: self = .beside
        default: return nil
        }
    }
}
