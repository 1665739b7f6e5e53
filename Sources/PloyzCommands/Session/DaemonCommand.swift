package import ArgumentParser
package import PloyzAPI

/// A command that talks to the daemon.
package protocol DaemonCommand: AsyncParsableCommand, Sendable {
    var global: GlobalOptions { get }

    func run(_ service: any OperatorService, _ console: Console) async throws
}

extension DaemonCommand {
    package mutating func run() async throws {
        let command = self
        let context = CommandContext.current
        let console = Console(global, context: context)
        try await context.connect(global.socketPath(context.environment)) { service in
            try await command.run(service, console)
        }
    }
}

/// A command that asks for one document and prints it.
package protocol AnsweringCommand: DaemonCommand {
    associatedtype Answer: Presentable

    func answer(from service: any OperatorService) async throws -> Answer
}

extension AnsweringCommand {
    package func run(_ service: any OperatorService, _ console: Console) async throws {
        try console.show(try await answer(from: service))
    }
}
