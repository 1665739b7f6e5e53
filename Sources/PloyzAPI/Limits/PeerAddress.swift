import NIOCore

/// Whose connection it is, as far as bounds are concerned.
struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address's bytes; none for a Unix socket, where all are of one.
    private let bytes: [UInt8]

    /// - Parameter byPrefix: whether the first 64 bits of an IPv6 address are all that counts. An IPv4 address in an
    ///   IPv6 one (`::ffff:a.b.c.d`) counts as a whole.
    init(_ address: SocketAddress?, byPrefix: Bool) {
        let socket = address?.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)) } ?? []
        switch address?.protocol {
        // sockaddr_in and sockaddr_in6 have the port, and the latter a flow label, before the address (ip(7), ipv6(7)).
        case .inet: bytes = Array(socket[4..<8])
        case .inet6:
            let all = socket[8..<24]
            let isMapped = all.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
            bytes = Array(byPrefix && !isMapped ? all.prefix(8) : all)
        default: bytes = []
        }
    }

    /// As logs have it: an IPv4 address as ever, an IPv6 address or its first 64 bits in digits.
    var description: String {
        let isMapped = bytes.count == 16 && bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
        if bytes.count == 4 || isMapped { return bytes.suffix(4).map(String.init).joined(separator: ".") }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + (bytes.count == 8 ? "/64" : "")
    }
}
