import Foundation
import Hummingbird
package import Logging
package import PloyzModel
import ServiceLifecycle

/// Serves the operator API on a Unix socket until it is shut down.
package struct OperatorServer: Service {
    private let router: OperatorRouter
    private let socketPath: String
    private let mode: mode_t
    private let group: gid_t?
    private let refusals: Refusals
    private let logger: Logger
    private let onRunning: @Sendable () async -> Void

    /// - Parameters:
    ///   - mode: who may give orders: a member of the socket's group, unless told.
    ///   - group: the socket's group; nil leaves the process's own.
    ///   - onRunning: called once the socket takes connections.
    package init(
        _ service: any OperatorService,
        socketPath: String,
        mode: UInt16 = 0o660,
        group: UInt32? = nil,
        heartbeat: Duration = .seconds(5),
        refusals: Refusals = Refusals(),
        logger: Logger,
        onRunning: @escaping @Sendable () async -> Void = {}
    ) {
        self.router = OperatorRouter(service, heartbeat: heartbeat, counting: refusals)
        self.socketPath = socketPath
        self.mode = mode_t(mode)
        self.group = group.map { gid_t($0) }
        self.refusals = refusals
        self.logger = logger
        self.onRunning = onRunning
    }

    /// - Throws: `socket-taken` when another daemon listens on the path.
    package func run() async throws {
        try await SocketClaim.hold(socketPath) {
            try await serve()
            unlink(socketPath)
        }
    }

    private func serve() async throws {
        let routes = Router()
        router.add(to: routes)
        let application = Application(
            router: routes,
            server: .limited(.operators, refusals: refusals),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
            onServerRunning: { _ in
                // Until here the socket has the mode that the umask leaves, which lets no one in but the owner. The group
                // comes first: the mode would let the wrong one in.
                guard group.map({ lchown(socketPath, uid_t.max, $0) }) ?? 0 == 0,
                    chmod(socketPath, Guard.socketMode.isOn ? mode : 0o666) == 0
                else {
                    logger.error("the socket's mode could not be set", metadata: ["socket.path": "\(socketPath)"])
                    return
                }
                await onRunning()
            },
            logger: logger
        )
        try await application.run()
    }
}
