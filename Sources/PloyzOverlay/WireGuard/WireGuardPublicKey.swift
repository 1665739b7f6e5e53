import Foundation
package import PloyzModel

/// A WireGuard (Curve25519) public key.
package struct WireGuardPublicKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 44 characters of base64.
    package let text: String
    /// 32 bytes.
    package let bytes: [UInt8]

    /// - Throws: ``InvalidName`` unless `text` is 32 bytes in base64, in its one form: the last digit has two bits that say
    ///   nothing, so that four texts would name one peer.
    package init(_ text: String) throws(InvalidName) {
        guard let data = Data(base64Encoded: text), data.count == 32, data.base64EncodedString() == text else {
            throw InvalidName(text: text, rule: "a WireGuard public key: 32 bytes in base64")
        }
        self.text = text
        self.bytes = Array(data)
    }

    /// As the userspace API of WireGuard writes it.
    var hexadecimal: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    package var description: String { text }

    package static func < (left: WireGuardPublicKey, right: WireGuardPublicKey) -> Bool { left.text < right.text }
}
