import ArgumentParser
import Foundation
import Logging
import PloyzAPI
import PloyzDaemon
import ServiceLifecycle
import UnixSignals

/// The daemon of a machine.
@main
struct Ployzd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ployzd",
        abstract: "Keeps a machine's part of a Ployz cluster",
        discussion: "Killing it disturbs no container, tunnel, route or store member: the next one adopts them.",
        version: Daemon.version,
        subcommands: [Run.self, CheckConfiguration.self, Examine.self],
        defaultSubcommand: Run.self
    )

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Run in the foreground")

        @Option(help: "The configuration file; /etc/ployz/ployzd.toml when there is one.")
        var config: String?

        func run() async throws {
            LoggingSystem.bootstrap(StreamLogHandler.standardError)
            let daemon = try Daemon(configurationPath: config, environment: ProcessInfo.processInfo.environment)
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: DaemonService(daemon: daemon))],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: Logger(label: "ployzd")
                )
            )
            try await group.run()
        }
    }

    struct CheckConfiguration: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check-config",
            abstract: "Read the configuration and say what is wrong with it"
        )

        @Option(help: "The configuration file; /etc/ployz/ployzd.toml when there is one.")
        var config: String?

        func run() throws {
            let problems = Daemon.problems(configurationPath: config, environment: ProcessInfo.processInfo.environment)
            guard problems.isEmpty else {
                for problem in problems { FileHandle.standardError.write(Data("\(problem)\n".utf8)) }
                throw ExitCode(2)
            }
            print("the configuration is valid")
        }
    }
}

extension Ployzd {
    /// The part of `ployzctl doctor` that needs the daemon's configuration.
    struct Examine: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what this machine lacks, as JSON, for 'ployzctl doctor'",
            shouldDisplay: false
        )

        @Option(help: "The configuration file; /etc/ployz/ployzd.toml when there is one.")
        var config: String?

        func run() async throws {
            let report = await Doctor.examineThisMachine(
                configurationPath: config,
                environment: ProcessInfo.processInfo.environment
            )
            print(String(decoding: try DocumentForm.encode(report), as: UTF8.self))
        }
    }
}

/// The daemon as the service group runs it: signals end it in order.
private struct DaemonService: Service {
    let daemon: Daemon

    func run() async throws { try await daemon.run() }
}
