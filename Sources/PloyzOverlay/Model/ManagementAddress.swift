import Foundation
package import PloyzModel

/// The IPv6 address at which a machine's daemon, store and stream listen on the overlay.
///
/// It is `fd` and the first 15 bytes of the machine's WireGuard public key, so that nobody needs to give it out, and
/// WireGuard itself proves whose it is.
package struct ManagementAddress: Hashable, Sendable, CustomStringConvertible {
    /// As RFC 5952 writes it.
    package let text: String

    package init(of key: WireGuardPublicKey) {
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes[0] = 0xfd
            for (index, byte) in key.bytes.prefix(15).enumerated() { bytes[index + 1] = byte }
        }
        self.init(address)
    }

    /// - Throws: ``InvalidName`` unless `text` is an IPv6 address that starts with `fd`.
    package init(_ text: String) throws(InvalidName) {
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1, withUnsafeBytes(of: &address, { $0[0] }) == 0xfd else {
            throw InvalidName(text: text, rule: "an IPv6 address that starts with fd")
        }
        self.init(address)
    }

    private init(_ address: in6_addr) {
        var address = address
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &address, &buffer, socklen_t(INET6_ADDRSTRLEN))
        text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package var description: String { text }
}
