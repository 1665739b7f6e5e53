import Foundation
import Logging
import PloyzAPI
import PloyzModel

/// The daemon: the node, and the socket at which operators reach it.
package struct Daemon: Sendable {
    package static let version = Version.current

    private let configuration: DaemonConfiguration
    private let serviceManager: ServiceManagerNotice?
    private let logger: Logger

    /// Reads the configuration file, if there is one, and the environment.
    ///
    /// - Throws: ``PloyzError`` `configuration-invalid` with every error that was found.
    package init(configurationPath: String?, environment: [String: String]) throws {
        configuration = try DaemonConfiguration.read(path: configurationPath, environment: environment)
        serviceManager = ServiceManagerNotice(environment: environment)
        var logger = Logger(label: "ployzd")
        logger.logLevel = Logger.Level(rawValue: configuration.logLevel) ?? .info
        self.logger = logger
    }

    /// Everything that is wrong with the configuration, a line each; empty when it is valid.
    package static func problems(configurationPath: String?, environment: [String: String]) -> [String] {
        do {
            _ = try Daemon(configurationPath: configurationPath, environment: environment)
            return []
        } catch let error as PloyzError {
            return ([error] + error.others).map { "error[\($0.code)]: \($0.message)" }
        } catch {
            return ["error[configuration-invalid]: \(error)"]
        }
    }

    /// Serves until it is shut down. Containers, tunnels, routes and the store's member go on without it.
    package func run() async throws {
        let socket = try OperatorSocket(configuration)
        let refusals = Refusals()
        let node = Node(configuration: configuration, refusals: refusals, logger: logger)
        let server = OperatorServer(
            DaemonOperator(answering: .node(node)),
            socketPath: socket.path,
            group: socket.group,
            refusals: refusals,
            logger: logger,
            onRunning: { [logger, configuration, serviceManager] in
                serviceManager?.ready()
                logger.notice("Ready for operators", metadata: ["socket": "\(configuration.socket)"])
            }
        )
        try socket.makeDirectory()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await node.run() }
            group.addTask { try await server.run() }
            // Whichever ends first ends the daemon: the server when it is told to shut down, the node when it fails.
            try await group.next()
            serviceManager?.stopping()
            group.cancelAll()
        }
    }
}
