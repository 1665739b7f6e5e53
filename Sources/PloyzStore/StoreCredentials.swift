import NIOCore
import NIOSSL
import PloyzModel

/// The files that authenticate this machine to the store and the store to it, all in PEM.
package struct StoreCredentials: Hashable, Sendable {
    package let certificatePath: String
    package let keyPath: String
    /// The cluster's authority: the only one that the store's members are accepted from.
    package let authorityPath: String

    package init(certificatePath: String, keyPath: String, authorityPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.authorityPath = authorityPath
    }

    /// - Throws: ``PloyzError`` when a file is missing or no certificate or key.
    func tlsConfiguration() throws -> TLSConfiguration {
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorityPath))
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificatePath)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyPath, format: .pem))
            let paths = self
            // Certificates are renewed while the daemon runs. A new connection shows what the files have then; an open
            // one goes on. The files are small, and connections are kept.
            configuration.sslContextCallback = { _, promise in promise.succeed(paths.current) }
            return configuration
        } catch {
            throw PloyzError(
                .failed,
                "the credentials '\(certificatePath)', '\(keyPath)' and '\(authorityPath)' cannot be read: \(error)"
            )
        }
    }

    /// What the files have now; what was read first when they cannot be read.
    private var current: NIOSSLContextConfigurationOverride {
        var override = NIOSSLContextConfigurationOverride()
        guard let chain = try? NIOSSLCertificate.fromPEMFile(certificatePath),
            let key = try? NIOSSLPrivateKey(file: keyPath, format: .pem)
        else { return .noChanges }
        override.certificateChain = chain.map { .certificate($0) }
        override.privateKey = .privateKey(key)
        return override
    }
}
