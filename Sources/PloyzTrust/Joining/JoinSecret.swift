import Crypto
import PloyzModel

/// The secret of a join token: 32 random bytes. The store keeps only its hash.
package struct JoinSecret: Sendable {
    static let size = 32

    let bytes: [UInt8]

    /// A new secret. `generator` must be fit for keys: `SystemRandomNumberGenerator` outside tests.
    package init(using generator: inout some RandomNumberGenerator) {
        bytes = generator.bytes(Self.size)
    }

    /// The secret in a message of a machine that joins; nil unless `text` is 64 hexadecimal digits.
    package init?(hexadecimal text: String) {
        guard text.utf8.count == 2 * Self.size, let bytes = bytesOf(hexadecimal: text) else { return nil }
        self.bytes = bytes
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    /// 64 hexadecimal digits.
    package var hexadecimal: String { hexadecimalOf(bytes) }

    /// The SHA-256 of the secret in hexadecimal: the invite's key in the store.
    package var hash: String { hexadecimalOf(SHA256.hash(data: bytes)) }

    /// Whether `hash` is the secret's. The time it takes does not depend on where the two differ: the comparison of
    /// digests is constant-time.
    package func matches(hash: String) -> Bool {
        guard hash.utf8.count == 2 * SHA256.byteCount, let expected = bytesOf(hexadecimal: hash) else { return false }
        return SHA256.hash(data: bytes) == expected
    }
}

func hexadecimalOf(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

/// The bytes of lower-case hexadecimal text; nil when it is anything else.
func bytesOf(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.map { byte -> UInt8? in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digits[index], let low = digits[index + 1] else { return nil }
        bytes.append(high << 4 | low)
    }
    return bytes
}
