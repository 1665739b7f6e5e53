package import PloyzModel

/// The files of a machine's credentials, which TLS libraries and etcd read: `machine.crt`, `machine.key` and `ca.crt` in
/// one directory, each 0600 and replaced atomically.
///
/// Writing key and certificate is two steps. The key is written first and kept over renewals, so that a crash between
/// the two leaves the old certificate beside the same key.
package struct CredentialFiles: Hashable, Sendable {
    /// An absolute path without a slash at its end.
    package let directory: String

    package init(directory: String) { self.directory = directory }

    package var certificatePath: String { directory + "/machine.crt" }
    package var keyPath: String { directory + "/machine.key" }
    package var authorityPath: String { directory + "/ca.crt" }

    /// The machine's key, made and written when there is none yet.
    package func ensureKey(using generator: inout some RandomNumberGenerator) throws(PloyzError) -> MachineKey {
        if let pem = try SecretFile(path: keyPath).read() { return try MachineKey(pem: pem) }
        let key = MachineKey(using: &generator)
        try SecretFile(path: keyPath).write(key.pem)
        return key
    }

    /// Writes key, authority and certificate, in this order.
    package func write(_ certificate: MachineCertificate, root: TrustRoot) throws(PloyzError) {
        try SecretFile(path: keyPath).write(certificate.key.pem)
        try SecretFile(path: authorityPath).write(root.pem)
        try SecretFile(path: certificatePath).write(certificate.certificatePEM)
    }

    /// The credentials that were written; nil when one of the files is missing.
    package func load() throws(PloyzError) -> (certificate: MachineCertificate, root: TrustRoot)? {
        guard let key = try SecretFile(path: keyPath).read(),
            let authority = try SecretFile(path: authorityPath).read(),
            let certificate = try SecretFile(path: certificatePath).read()
        else { return nil }
        return (
            try MachineCertificate(certificatePEM: certificate, key: try MachineKey(pem: key)),
            try TrustRoot(pem: authority)
        )
    }
}
