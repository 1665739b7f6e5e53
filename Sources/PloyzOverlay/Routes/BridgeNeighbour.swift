import Foundation
import PloyzModel

/// A permanent neighbour entry on our bridge: nobody asks for the hardware address of an instance, because it follows
/// from its address.
struct BridgeNeighbour: Hashable, Sendable {
    let address: IPv4Address

    func replace(on bridge: DeviceName) -> IPCommand {
        [
            "neigh", "replace", address.description, "lladdr", MACAddress(of: address).text, "dev", bridge.text, "nud",
            "permanent",
        ]
    }

    func delete(on bridge: DeviceName) -> IPCommand {
        ["neigh", "del", address.description, "dev", bridge.text]
    }

    static func show(on bridge: DeviceName) -> Invocation {
        Invocation("ip", ["-j", "-4", "neigh", "show", "dev", bridge.text, "nud", "permanent"])
    }

    /// Reads what ``show(on:)`` prints; entries with a hardware address that is not the computed one are left out and
    /// so set anew.
    static func parse(_ text: String) throws -> [BridgeNeighbour] {
        struct Printed: Decodable {
            var dst: String
            var lladdr: String?
        }
        guard text.contains("[") else { return [] }
        return try JSON.decode([Printed].self, from: Data(text.utf8)).compactMap { printed in
            guard let address = try? IPv4Address(printed.dst) else { return nil }
            return printed.lladdr == MACAddress(of: address).text ? BridgeNeighbour(address: address) : nil
        }
    }
}
