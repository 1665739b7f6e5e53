import Crypto
package import Foundation
package import PloyzModel
import X509

/// A machine's key with the certificate that the authority signed for it.
package struct MachineCertificate: Sendable {
    package let machine: MachineID
    package let certificatePEM: String
    package let key: MachineKey
    /// When the certificate ends.
    package let expires: Date

    /// - Throws: ``PloyzError`` `certificate-refused` when the certificate is malformed, names no machine, or is not for
    ///   `key`.
    package init(certificatePEM: String, key: MachineKey) throws(PloyzError) {
        let certificate = try parseCertificate(certificatePEM)
        guard certificate.publicKey == Certificate.PublicKey(key.key.publicKey) else {
            throw PloyzError(.certificateRefused, "the certificate is not for this machine's key")
        }
        machine = try certificate.machine
        expires = certificate.notValidAfter
        self.certificatePEM = certificatePEM
        self.key = key
    }

    /// Whether less than a third of the certificate's life is left.
    package func needsRenewal(at date: Date) -> Bool {
        expires.timeIntervalSince(date) < CertificateAuthority.machineLifetime / 3
    }
}
