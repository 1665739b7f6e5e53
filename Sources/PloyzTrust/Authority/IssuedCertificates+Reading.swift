import Foundation
package import PloyzModel
import X509

extension IssuedCertificates.Certificate {
    /// What is noted of a certificate of this cluster's authority.
    ///
    /// - Throws: ``PloyzError`` `certificate-refused` when `pem` is no certificate.
    package init(pem: String) throws(PloyzError) { self.init(try parseCertificate(pem)) }

    init(_ certificate: Certificate) {
        self.init(
            serial: hexadecimalOf(certificate.serialNumber.bytes),
            issued: certificate.notValidBefore + CertificateAuthority.clockTolerance,
            expires: certificate.notValidAfter
        )
    }
}
