import Foundation
import PloyzModel

/// Where a machine's WireGuard is reached: a literal address and a UDP port. Names are refused, because `wg` would
/// look them up again and again and hold up everything behind it.
struct WireGuardEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// `a.b.c.d:port` or `[x::y]:port`.
    let text: String

    /// - Throws: ``InvalidName`` unless `text` has one of those forms.
    init(_ text: String) throws(InvalidName) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0,
            String(port) == text[text.index(after: colon)...], Self.isAddress(String(text[..<colon]))
        else {
            throw InvalidName(text: text, rule: "an address and a port, such as 192.0.2.1:51820 or [2001:db8::1]:51820")
        }
        self.text = text
    }

    var description: String { text }

    /// Its address; nil for IPv6.
    var ipv4: IPv4Address? { text.lastIndex(of: ":").flatMap { try? IPv4Address(String(text[..<$0])) } }

    private static func isAddress(_ host: String) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            var address = in6_addr()
            // A text in C ends at a NUL, and what is behind one is not looked at.
            return !host.utf8.contains(0) && inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1
        }
        return (try? IPv4Address(host)) != nil
    }
}
