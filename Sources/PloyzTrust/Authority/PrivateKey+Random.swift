import Crypto
import PloyzModel

extension P256.Signing.PrivateKey {
    /// A key from the generator's bytes. A draw outside the group's order, which happens once in 2^32 times, is drawn
    /// again.
    init(using generator: inout some RandomNumberGenerator) {
        while true {
            if let key = try? Self(rawRepresentation: generator.bytes(32)) {
                self = key
                return
            }
        }
    }
}

extension RandomNumberGenerator {
    /// `count` random bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// A serial number of 16 random bytes, positive and not zero (RFC 5280, section 4.1.2.2, allows 20).
    mutating func serialNumber() -> [UInt8] { [0x01] + bytes(15) }
}

/// The P-256 key in a PEM document.
func parsePrivateKey(_ pem: String) throws(PloyzError) -> P256.Signing.PrivateKey {
    guard pem.utf8.count <= maximumDocumentBytes else {
        throw PloyzError(.certificateRefused, "the key is larger than \(maximumDocumentBytes) bytes")
    }
    do {
        return try P256.Signing.PrivateKey(pemRepresentation: pem)
    } catch {
        // The cause is left out: it could carry a part of the key into a log.
        throw PloyzError(.certificateRefused, "the key cannot be read")
    }
}
