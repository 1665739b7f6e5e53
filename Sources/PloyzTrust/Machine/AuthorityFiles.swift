package import PloyzModel

/// The files of the cluster's authority on a storage member: `authority.crt` and `authority.key`, each 0600.
package struct AuthorityFiles: Hashable, Sendable {
    /// An absolute path without a slash at its end.
    package let directory: String

    package init(directory: String) { self.directory = directory }

    package var certificatePath: String { directory + "/authority.crt" }
    package var keyPath: String { directory + "/authority.key" }
    /// The list of revocations, in DER, that etcd reads at each handshake.
    package var revocationListPath: String { directory + "/revoked.crl" }

    /// Writes the key, then the certificate.
    package func write(_ authority: CertificateAuthority) throws(PloyzError) {
        try SecretFile(path: keyPath).write(authority.keyPEM)
        try SecretFile(path: certificatePath).write(authority.root.pem)
    }

    /// The authority that was written; nil when one of the files is missing, as on a machine that is no storage member.
    package func load() throws(PloyzError) -> CertificateAuthority? {
        guard let key = try SecretFile(path: keyPath).read(),
            let certificate = try SecretFile(path: certificatePath).read()
        else { return nil }
        return try CertificateAuthority(certificatePEM: certificate, keyPEM: key)
    }
}
