import Foundation
import PloyzModel

/// A rule by which the kernel asks a table of ours before the main one: that of ``OverlayRoute/Table/beside``, or that of
/// what waits.
struct PolicyRule: Hashable, Sendable {
    enum Selector: Hashable, Sendable {
        /// What came in through this device: over the tunnel nothing comes for an instance here that is not meant for it.
        case cameThrough(DeviceName)
        /// Packets with our bit: of connections that were begun on this machine with an instance beside its old place.
        case marked
        /// Packets that wait: they ask the table of ``ParkingDevices``.
        case parked
    }

    let selector: Selector

    /// Before the main table (32766) and after the local one (0). Both rules of handovers have it: their order does not
    /// matter.
    static let priority = 80

    static let show = Invocation("ip", ["-j", "-4", "rule", "show"])

    static func wanted(_ configuration: OverlayConfiguration) -> [PolicyRule] {
        [.parked, .cameThrough(configuration.wireguard), .marked].map { PolicyRule(selector: $0) }
    }

    var add: IPCommand {
        let words: [String]
        var (priority, table) = (Self.priority, OverlayRoute.protocol)
        switch selector {
        case .cameThrough(let device): words = ["iif", device.text]
        case .marked: words = ["fwmark", "\(NftRuleset.mark)/\(NftRuleset.mark)"]
        case .parked:
            words = ["fwmark", "\(ParkingDevices.mark)/\(ParkingDevices.mark)"]
            (priority, table) = (ParkingDevices.priority, ParkingDevices.table)
        }
        return IPCommand(
            ["rule", "add", "priority", String(priority)] + words
                + ["lookup", table, "protocol", OverlayRoute.protocol]
        )
    }

    /// Reads what ``show`` prints; rules of others are left out.
    static func parse(_ text: String) throws -> Set<PolicyRule> {
        struct Printed: Decodable {
            var priority: Int?
            var iif: String?
            var fwmark: String?
            var table: String?
            var `protocol`: String?
        }
        guard text.contains("[") else { return [] }
        let printed = try JSON.decode([Printed].self, from: Data(text.utf8))
        let ours = printed.filter { $0.protocol == OverlayRoute.protocol }
        return Set(
            ours.compactMap { rule in
                if rule.priority == ParkingDevices.priority, rule.table == ParkingDevices.table, rule.fwmark != nil {
                    return PolicyRule(selector: .parked)
                }
                guard rule.priority == priority, rule.table == OverlayRoute.protocol else { return nil }
                if let device = rule.iif.flatMap({ try? DeviceName($0) }) {
                    return PolicyRule(selector: .cameThrough(device))
                }
                return rule.fwmark == nil ? nil : PolicyRule(selector: .marked)
            }
        )
    }
}
