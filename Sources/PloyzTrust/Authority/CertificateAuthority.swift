import Crypto
package import Foundation
package import PloyzModel
import SwiftASN1
import X509

/// The cluster's certificate authority: a P-256 key that signs the certificates of machines.
///
/// Only storage members have the key.
package struct CertificateAuthority: Sendable {
    /// How long the authority's own certificate is valid: ten years.
    package static let lifetime: TimeInterval = 10 * 365 * 86_400
    /// How long a machine's certificate is valid unless told: thirty days.
    ///
    /// A removed machine is refused by its ID and by the serial numbers in the list of revocations. Its certificate's end
    /// is what holds where both fail, so it must come soon; and a machine that was off for a holiday must still have
    /// a valid one when it is back.
    package static let machineLifetime: TimeInterval = 30 * 86_400
    /// Certificates are valid from a little before they are made, for machines whose clock is behind.
    package static let clockTolerance: TimeInterval = 3600

    package let root: TrustRoot
    let key: P256.Signing.PrivateKey

    /// A new authority. `generator` must be fit for keys: `SystemRandomNumberGenerator` outside tests.
    package init(
        cluster: ClusterName,
        id: ClusterID,
        at date: Date,
        using generator: inout some RandomNumberGenerator
    ) throws(PloyzError) {
        let key = P256.Signing.PrivateKey(using: &generator)
        let publicKey = Certificate.PublicKey(key.publicKey)
        let serialNumber = Certificate.SerialNumber(bytes: generator.serialNumber())
        do {
            let name = try DistinguishedName {
                OrganizationName("ployz")
                CommonName("ployz cluster \(cluster) \(id)")
            }
            let certificate = try Certificate(
                version: .v3,
                serialNumber: serialNumber,
                publicKey: publicKey,
                notValidBefore: date - Self.clockTolerance,
                notValidAfter: date + Self.lifetime,
                issuer: name,
                subject: name,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: publicKey)
                },
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
            self.key = key
            root = try TrustRoot(certificate: certificate)
        } catch {
            throw PloyzError(.failed, "the cluster's certificate authority could not be made: \(error)")
        }
    }

    /// An authority that was made before.
    ///
    /// - Throws: ``PloyzError`` `certificate-refused` when one of the documents is malformed or the key is not that of
    ///   the certificate.
    package init(certificatePEM: String, keyPEM: String) throws(PloyzError) {
        root = try TrustRoot(pem: certificatePEM)
        key = try parsePrivateKey(keyPEM)
        guard root.certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw PloyzError(.certificateRefused, "the authority's key is not that of its certificate")
        }
    }

    /// The secret key in PEM, for a file that only root reads.
    package var keyPEM: String { key.pemRepresentation + "\n" }

    /// Signs the request of a machine and returns its certificate in PEM.
    ///
    /// Of the request only the public key is taken; what the certificate says is said by `names`.
    ///
    /// - Parameter lifetime: from `date`, in seconds; never beyond the authority's own end.
    /// - Throws: ``PloyzError`` `certificate-refused` when the request is malformed, is not signed by its own key, or a
    ///   name is no IP address.
    package func sign(
        _ request: String,
        names: MachineNames,
        at date: Date,
        for lifetime: TimeInterval = Self.machineLifetime,
        using generator: inout some RandomNumberGenerator
    ) throws(PloyzError) -> String {
        let publicKey = try Self.publicKey(of: request)
        let alternatives = try names.alternatives()
        let serialNumber = Certificate.SerialNumber(bytes: generator.serialNumber())
        do {
            let certificate = try Certificate(
                version: .v3,
                serialNumber: serialNumber,
                publicKey: publicKey,
                notValidBefore: date - Self.clockTolerance,
                notValidAfter: min(date + lifetime, root.certificate.notValidAfter),
                issuer: root.certificate.subject,
                subject: try DistinguishedName {
                    OrganizationName("ployz")
                    CommonName(names.machine.text)
                },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth, .clientAuth])
                    SubjectAlternativeNames(alternatives)
                    SubjectKeyIdentifier(hash: publicKey)
                    AuthorityKeyIdentifier(
                        keyIdentifier: SubjectKeyIdentifier(hash: root.certificate.publicKey).keyIdentifier
                    )
                },
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
            return try certificate.pem
        } catch {
            throw PloyzError(.failed, "the certificate of '\(names.machine)' could not be made: \(error)")
        }
    }

    /// Whether a request is signed by the key that a certificate is for: whoever asks then has that key.
    ///
    /// - Throws: ``PloyzError`` `certificate-refused` when one of them is malformed.
    package static func isSigned(_ request: String, byTheKeyOf certificate: String) throws(PloyzError) -> Bool {
        try publicKey(of: request) == parseCertificate(certificate).publicKey
    }

    private static func publicKey(of request: String) throws(PloyzError) -> Certificate.PublicKey {
        guard request.utf8.count <= maximumDocumentBytes else {
            throw PloyzError(
                .certificateRefused,
                "the signing request is larger than \(maximumDocumentBytes) bytes"
            )
        }
        let parsed: CertificateSigningRequest
        do {
            parsed = try CertificateSigningRequest(pemEncoded: request)
        } catch {
            throw PloyzError(.certificateRefused, "the signing request cannot be read: \(error)")
        }
        guard P256.Signing.PublicKey(parsed.publicKey) != nil else {
            throw PloyzError(.certificateRefused, "the signing request's key is not of P-256")
        }
        guard parsed.publicKey.isValidSignature(parsed.signature, for: parsed) else {
            throw PloyzError(.certificateRefused, "the signing request is not signed by its own key")
        }
        return parsed.publicKey
    }
}
