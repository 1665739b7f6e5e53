package import Hummingbird
import NIOCore
import NIOSSL
package import PloyzModel
import PloyzTrust

/// The context of a request from another machine.
package struct PeerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel
    private var caller: MachineID?

    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The machine that asks, as its verified certificate says.
    ///
    /// - Throws: 401 before ``PeerAuthentication`` has run; no route of ``PeerServer`` does.
    package var machine: MachineID {
        get throws {
            guard let caller else { throw HTTPError(.unauthorized) }
            return caller
        }
    }

    /// The same context with the machine that the connection's certificate names.
    ///
    /// - Throws: 401 when the connection has no verified certificate of a machine.
    func authenticated() async throws -> PeerContext {
        guard let certificate = try await channel.nioSSL_peerCertificate().get(),
            let machine = try? CertifiedMachine.machine(ofVerified: certificate.toDERBytes())
        else { throw HTTPError(.unauthorized) }
        var context = self
        context.caller = machine
        return context
    }
}
