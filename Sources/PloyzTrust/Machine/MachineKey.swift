import Crypto
package import PloyzModel
import SwiftASN1
import X509

/// A machine's own P-256 key; it never leaves the machine.
package struct MachineKey: Sendable {
    let key: P256.Signing.PrivateKey

    /// A new key. `generator` must be fit for keys: `SystemRandomNumberGenerator` outside tests.
    package init(using generator: inout some RandomNumberGenerator) {
        key = P256.Signing.PrivateKey(using: &generator)
    }

    /// - Throws: ``PloyzError`` `certificate-refused` when `pem` is no P-256 key.
    package init(pem: String) throws(PloyzError) {
        key = try parsePrivateKey(pem)
    }

    /// The secret key in PEM (PKCS #8), for a file that only root reads.
    package var pem: String { key.pemRepresentation + "\n" }

    /// A request in PEM that the authority signs. It names nobody: the authority knows who asks.
    package func signingRequest() throws(PloyzError) -> String {
        do {
            let request = try CertificateSigningRequest(
                version: .v1,
                subject: DistinguishedName { OrganizationName("ployz") },
                privateKey: Certificate.PrivateKey(key),
                attributes: CertificateSigningRequest.Attributes(),
                signatureAlgorithm: .ecdsaWithSHA256
            )
            return try request.serializeAsPEM().pemString + "\n"
        } catch {
            throw PloyzError(.failed, "the signing request could not be made: \(error)")
        }
    }
}
