import Foundation
package import PloyzModel

/// Where a machine of the cluster listens for machines that join: an IP address or host name, and a port.
package struct JoinEndpoint: Hashable, Sendable, TextCodable {
    package let host: String
    /// 1 to 65535.
    package let port: Int

    /// - Throws: ``InvalidName`` unless `text` is `host:port`, with an IPv6 address in brackets.
    package init(_ text: String) throws(InvalidName) {
        let invalid = InvalidName(text: text, rule: "host:port, with an IPv6 address in brackets")
        guard (3...255).contains(text.utf8.count), let colon = text.lastIndex(of: ":") else { throw invalid }
        let digits = text[text.index(after: colon)...]
        guard let port = Int(digits), (1...65_535).contains(port), String(port) == digits else { throw invalid }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            var address = in6_addr()
            // A text in C ends at a NUL, and what is behind one is not looked at.
            guard !host.utf8.contains(0), inet_pton(AF_INET6, String(host), &address) == 1 else { throw invalid }
        } else {
            guard let first = host.utf8.first, first != UInt8(ascii: "-"),
                first != UInt8(ascii: "."), host.utf8.allSatisfy(Self.isHostByte)
            else { throw invalid }
        }
        self.host = String(host)
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
