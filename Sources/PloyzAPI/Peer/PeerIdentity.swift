import NIOCore
import NIOSSL
import PloyzModel
import PloyzTrust

/// Whether a connection leads to the machine that is meant.
enum PeerIdentity {
    struct Mismatch: Error {}

    /// Fails, and closes the connection, unless its verified certificate names `machine`.
    ///
    /// TLS alone does not say so: for NIOSSL a certificate also fits when one of its IP addresses is that of the
    /// connection, whatever name was asked for. Two machines that have had one address would pass for each other.
    /// The client calls this for each new connection, after the handshake and before the first request.
    static func verify(_ machine: MachineID, on channel: any Channel) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate()
            .flatMapThrowing { certificate in
                guard let certificate,
                    try CertifiedMachine.machine(ofVerified: certificate.toDERBytes()) == machine
                else { throw Mismatch() }
            }
            .flatMapError { error in
                channel.close(promise: nil)
                return channel.eventLoop.makeFailedFuture(error)
            }
    }
}
