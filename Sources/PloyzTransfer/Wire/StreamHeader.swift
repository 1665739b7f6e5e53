/// The first bytes of a connection: `ployz-stream/1 `, the ticket's secret in hexadecimal, a newline. The raw stream
/// follows until the half-close; its length is not known beforehand.
package struct StreamHeader: Hashable, Sendable {
    /// 32 bytes.
    package let secret: [UInt8]

    package static let magic = Array("ployz-stream/1 ".utf8)
    package static let secretLength = 32
    /// Every header is this long, so that a reader never takes a byte of the stream with it.
    package static let length = magic.count + 2 * secretLength + 1

    package init(secret: [UInt8]) { self.secret = secret }

    /// nil unless `bytes` is exactly one header.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.length, bytes.starts(with: Self.magic), bytes.last == UInt8(ascii: "\n"),
            let secret = Hexadecimal.decode(bytes.dropFirst(Self.magic.count).dropLast())
        else { return nil }
        self.secret = secret
    }

    package var bytes: [UInt8] { Self.magic + Hexadecimal.encode(secret).utf8 + [UInt8(ascii: "\n")] }

    /// Whether bytes that have arrived so far can still become a header: a stranger is sent away at its first wrong
    /// byte.
    package static func canBegin(with bytes: [UInt8]) -> Bool {
        zip(bytes, magic).allSatisfy { $0 == $1 }
    }
}
