import Crypto
package import Foundation
package import PloyzModel
import SwiftASN1
// The policy with a fixed time is the documented way to judge a certificate at a time that is passed in.
@_spi(FixedExpiryValidationTime) import X509

/// The certificate of the cluster's authority: whom every machine of the cluster trusts, and nobody else.
package struct TrustRoot: Hashable, Sendable {
    let certificate: Certificate
    /// The certificate in PEM.
    package let pem: String

    /// - Throws: ``PloyzError`` `certificate-refused` unless `pem` is one certificate of a certificate authority.
    package init(pem: String) throws(PloyzError) {
        try self.init(certificate: parseCertificate(pem))
    }

    /// - Throws: ``PloyzError`` `certificate-refused` unless `der` is one certificate of a certificate authority.
    package init(der: some Collection<UInt8>) throws(PloyzError) {
        try self.init(certificate: parseCertificate(der: der))
    }

    init(certificate: Certificate) throws(PloyzError) {
        guard case .isCertificateAuthority = try? certificate.extensions.basicConstraints else {
            throw PloyzError(.certificateRefused, "the certificate is not that of a certificate authority")
        }
        self.certificate = certificate
        pem = try certificate.pem
    }

    /// The certificate in DER.
    package var der: [UInt8] {
        get throws(PloyzError) { try certificate.der }
    }

    /// When the authority's own certificate ends.
    package var expires: Date { certificate.notValidAfter }

    /// The machine that a certificate of this authority names.
    ///
    /// - Throws: ``PloyzError`` `certificate-refused` when the certificate is malformed, of another authority, not valid
    ///   at `date`, or names no machine.
    package func verify(_ pem: String, at date: Date) async throws(PloyzError) -> MachineID {
        let leaf = try parseCertificate(pem)
        var verifier = Verifier(rootCertificates: CertificateStore([certificate])) {
            RFC5280Policy(fixedExpiryValidationTime: date)
        }
        switch await verifier.validate(leaf: leaf, intermediates: CertificateStore([])) {
        case .validCertificate:
            return try leaf.machine
        case .couldNotValidate(let failures):
            let reasons = failures.map { "\($0.policyFailureReason)" }.joined(separator: "; ")
            throw PloyzError(
                .certificateRefused,
                reasons.isEmpty
                    ? "the certificate was not signed by this cluster's authority"
                    : "the certificate is not valid: \(reasons)"
            )
        }
    }
}
