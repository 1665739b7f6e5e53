/// Asks a storage member for another certificate. Who asks is said by the certificate that the connection shows; by one
/// that has ended no connection is taken, so it is in the request then, on the join API.
package struct RenewalRequest: Codable, Hashable, Sendable {
    /// The route of a storage member's daemon, on both of its APIs.
    package static let path = "/v1/certificates"
    /// The most bytes of a request.
    package static let maximumBody = 16 << 10

    /// A request for a certificate, in PEM.
    package let signingRequest: String
    /// The certificate that has ended, in PEM: the request must be signed by its key. nil where the connection shows one.
    package let endedCertificate: String?

    package init(signingRequest: String, endedCertificate: String? = nil) {
        self.signingRequest = signingRequest
        self.endedCertificate = endedCertificate
    }
}

/// The answer to a ``RenewalRequest``.
package struct RenewedCertificate: Codable, Hashable, Sendable {
    /// In PEM.
    package let certificate: String

    package init(certificate: String) { self.certificate = certificate }
}
