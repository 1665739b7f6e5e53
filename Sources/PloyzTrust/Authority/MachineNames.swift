import Foundation
package import PloyzModel
import SwiftASN1
import X509

/// What a machine's certificate says about it.
package struct MachineNames: Hashable, Sendable {
    package let machine: MachineID
    /// IP addresses that the machine serves at: its management address and those on the underlay, without brackets
    /// and ports.
    package let addresses: [String]

    package init(machine: MachineID, addresses: [String]) {
        self.machine = machine
        self.addresses = addresses
    }

    /// The certificate's alternative names: the machine's ID and `localhost` as DNS names, the loopback addresses and
    /// ``addresses``.
    func alternatives() throws(PloyzError) -> [GeneralName] {
        var names: [GeneralName] = [.dnsName(machine.text), .dnsName("localhost")]
        var seen: Set<[UInt8]> = []
        for address in ["127.0.0.1", "::1"] + addresses {
            let bytes = try Self.bytes(of: address)
            if seen.insert(bytes).inserted { names.append(.ipAddress(ASN1OctetString(contentBytes: bytes[...]))) }
        }
        return names
    }

    /// The 4 or 16 bytes of an IP address in text (inet_pton(3)).
    private static func bytes(of address: String) throws(PloyzError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        // A text in C ends at a NUL, and what is behind one is not looked at.
        let isText = !address.utf8.contains(0)
        if isText, inet_pton(AF_INET, address, &bytes) == 1 { return Array(bytes.prefix(4)) }
        if isText, inet_pton(AF_INET6, address, &bytes) == 1 { return bytes }
        throw PloyzError(.certificateRefused, "'\(address)' is not an IP address")
    }
}
