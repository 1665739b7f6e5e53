import NIOCore
import NIOSSL
package import PloyzTrust
import Synchronization

/// How this machine shows other machines who it is, and whom it believes: its own certificate and the cluster's
/// authority.
///
/// The certificate is renewed while servers and clients use it: each new connection shows the one of that moment, and
/// those that are open go on.
package final class TransportCredentials: Sendable {
    private let current: Mutex<MachineCertificate>
    package let root: TrustRoot

    package init(certificate: MachineCertificate, root: TrustRoot) {
        self.current = Mutex(certificate)
        self.root = root
    }

    package var certificate: MachineCertificate { current.withLock { $0 } }

    /// Shows another certificate from now on.
    package func renew(_ certificate: MachineCertificate) { current.withLock { $0 = certificate } }

    /// TLS of a client that shows its certificate and accepts only a server of this authority that has the name it
    /// was called by.
    func client() throws -> TLSConfiguration {
        var configuration = try Self.client(trusting: root)
        configuration.certificateChain = try chain()
        configuration.privateKey = try key()
        return renewed(configuration)
    }

    /// TLS of a server that accepts only clients with a certificate of this authority.
    func server() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: try chain(),
            privateKey: try key(),
            trustRoots: try Self.roots(root)
        )
        configuration.minimumTLSVersion = .tlsv13
        return renewed(configuration)
    }

    /// TLS of a server that anybody may speak to: for machines that have no certificate yet.
    func openServer() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try chain(),
            privateKey: try key()
        )
        configuration.minimumTLSVersion = .tlsv13
        return renewed(configuration)
    }

    /// TLS of a client without a certificate that accepts only servers of the authority.
    static func client(trusting root: TrustRoot) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.trustRoots = try roots(root)
        return configuration
    }

    /// The configuration with what is shown asked for at each handshake, by servers and by clients.
    private func renewed(_ configuration: TLSConfiguration) -> TLSConfiguration {
        var configuration = configuration
        configuration.sslContextCallback = { _, promise in
            promise.completeWith(
                Result {
                    var override = NIOSSLContextConfigurationOverride()
                    override.certificateChain = try self.chain()
                    override.privateKey = try self.key()
                    return override
                }
            )
        }
        return configuration
    }

    private static func roots(_ root: TrustRoot) throws -> NIOSSLTrustRoots {
        .certificates([try NIOSSLCertificate(bytes: root.der, format: .der)])
    }

    private func chain() throws -> [NIOSSLCertificateSource] {
        try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificatePEM.utf8)).map { .certificate($0) }
    }

    private func key() throws -> NIOSSLPrivateKeySource {
        .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.key.pem.utf8), format: .pem))
    }
}
