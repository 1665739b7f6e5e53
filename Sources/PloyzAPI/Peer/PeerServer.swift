package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
package import PloyzMigration
package import PloyzModel
import ServiceLifecycle

/// Serves the daemon's API for other machines, over mutual TLS, until it is shut down.
package struct PeerServer: Service {
    private let address: String
    private let port: Int
    private let credentials: TransportCredentials
    private let admits: @Sendable (MachineID) async -> Bool
    private let agent: @Sendable (MachineID) -> any Peer
    private let routes: @Sendable (Router<PeerContext>) -> Void
    private let connections: PeerConnections
    private let refusals: Refusals
    private let logger: Logger
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - address: the management address; it must exist on this machine before ``run()``.
    ///   - port: 0 for any that is free.
    ///   - refusals: counts what strangers tried.
    ///   - admits: whether a machine with a valid certificate may ask at all; false for machines that were removed.
    ///   - connections: takes note of each connection, for whoever closes those of a machine that was removed.
    ///   - agent: the target's agent for orders from the machine named.
    ///   - routes: adds further routes; the caller is in their context, and errors are translated.
    ///   - onRunning: called with the port once the server takes connections.
    package init(
        address: String,
        port: Int = PeerTarget.port,
        credentials: TransportCredentials,
        connections: PeerConnections = PeerConnections(),
        refusals: Refusals = Refusals(),
        logger: Logger,
        admits: @escaping @Sendable (MachineID) async -> Bool,
        agent: @escaping @Sendable (MachineID) -> any Peer,
        routes: @escaping @Sendable (Router<PeerContext>) -> Void = { _ in },
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.address = address
        self.port = port
        self.credentials = credentials
        self.connections = connections
        self.refusals = refusals
        self.logger = logger
        self.admits = admits
        self.agent = agent
        self.routes = routes
        self.onRunning = onRunning
    }

    /// - Throws: when the address cannot be bound or the credentials are malformed.
    package func run() async throws {
        let router = Router(context: PeerContext.self)
        router.addMiddleware {
            ErrorTranslation<PeerContext>(counting: refusals)
            PeerAuthentication(admits: admits, connections: connections)
        }
        PeerRouter(agent: agent).add(to: router)
        routes(router)
        let application = Application(
            router: router,
            server: .limited(.peers, tls: try credentials.server(), refusals: refusals),
            configuration: ApplicationConfiguration(address: .hostname(address, port: port)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) },
            logger: logger
        )
        try await application.run()
    }
}
