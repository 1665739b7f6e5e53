import Crypto
package import Foundation
package import PloyzModel
import X509

/// A machine's key with the certificate that the authority signed for it.
package struct MachineCertificate: Sendable {
    package let machine: MachineID
    package let certificatePEM: String
    package let key: MachineKey
    /// What the store keeps of it.
    package let record: IssuedCertificates.Certificate

    /// - Throws: ``PloyzError`` `certificate-refused` when the certificate is malformed, names no machine, or is not for
    ///   `key`.
    package init(certificatePEM: String, key: MachineKey) throws(PloyzError) {
        let certificate = try parseCertificate(certificatePEM)
        guard certificate.publicKey == Certificate.PublicKey(key.key.publicKey) else {
            throw PloyzError(.certificateRefused, "the certificate is not for this machine's key")
        }
        machine = try certificate.machine
        record = IssuedCertificates.Certificate(certificate)
        self.certificatePEM = certificatePEM
        self.key = key
    }

    /// When the certificate ends.
    package var expires: Date { record.expires }

    /// The serial number in hexadecimal.
    package var serial: String { record.serial }

    /// From when on less than a third of the certificate's life is left.
    package var renewal: Date { expires - max(0, expires.timeIntervalSince(record.issued)) / 3 }

    /// Whether less than a third of the certificate's life is left.
    package func needsRenewal(at date: Date) -> Bool { date > renewal }
}
