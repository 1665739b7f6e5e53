import Foundation
import PloyzModel

/// A rule by which the kernel asks the table of ``OverlayRoute/Table/beside`` before the main one.
struct PolicyRule: Hashable, Sendable {
    enum Selector: Hashable, Sendable {
        /// What came in through this device: over the tunnel nothing comes for an instance here that is not meant for it.
        case cameThrough(DeviceName)
        /// Packets with our bit: of connections that were begun on this machine with an instance beside its old place.
        case marked
    }

    let selector: Selector

    /// Before the main table (32766) and after the local one (0). Both rules have it: their order does not matter.
    static let priority = 80

    static let show = Invocation("ip", ["-j", "-4", "rule", "show"])

    static func wanted(_ configuration: OverlayConfiguration) -> [PolicyRule] {
        [PolicyRule(selector: .cameThrough(configuration.wireguard)), PolicyRule(selector: .marked)]
    }

    var add: IPCommand {
        let words: [String]
        switch selector {
        case .cameThrough(let device): words = ["iif", device.text]
        case .marked: words = ["fwmark", "\(NftRuleset.mark)/\(NftRuleset.mark)"]
        }
        return IPCommand(
            ["rule", "add", "priority", String(Self.priority)] + words
                + ["lookup", OverlayRoute.protocol, "protocol", OverlayRoute.protocol]
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
        let ours = printed.filter {
            $0.priority == priority && $0.table == OverlayRoute.protocol && $0.protocol == OverlayRoute.protocol
        }
        return Set(
            ours.compactMap { rule in
                if let device = rule.iif.flatMap({ try? DeviceName($0) }) {
                    return PolicyRule(selector: .cameThrough(device))
                }
                return rule.fwmark == nil ? nil : PolicyRule(selector: .marked)
            }
        )
    }
}
