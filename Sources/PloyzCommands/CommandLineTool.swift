import ArgumentParser
import PloyzAPI
import PloyzModel

/// Runs one command line: parse, run, and turn whatever happened into output and an exit status.
package enum CommandLineTool {
    /// - Parameter arguments: without the name of the program.
    /// - Returns: the exit status, as `docs/cli.md` lists them.
    package static func run(_ arguments: [String], in context: CommandContext = .system) async -> Int32 {
        var console = Console(wantsJSON: arguments.contains("--json"), context: context)
        do {
            var command = try Ployzctl.parseAsRoot(arguments)
            if let global = (command as? any DaemonCommand)?.global { console = Console(global, context: context) }
            try await CommandContext.$current.withValue(context) {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            }
            return 0
        } catch let status as ExitCode {
            return status.rawValue
        } catch let error as PloyzError {
            console.report(error)
            return error.code.exitStatus
        } catch {
            return finish(error, arguments, console, context)
        }
    }

    /// Help, version and completion scripts arrive as errors with the exit status 0; the rest is misuse or a defect.
    private static func finish(
        _ error: any Error,
        _ arguments: [String],
        _ console: Console,
        _ context: CommandContext
    ) -> Int32 {
        switch Ployzctl.exitCode(for: error) {
        case .success:
            context.write(Ployzctl.fullMessage(for: error, columns: context.helpColumns) + "\n", .output)
            return 0
        case .validationFailure:
            let path = commandPath(arguments).joined(separator: " ")
            console.report(PloyzError(.usage, Ployzctl.message(for: error), next: "\(path) --help"))
            return ErrorCode.usage.exitStatus
        default:
            console.report(PloyzError(describing: error))
            return ErrorCode.failed.exitStatus
        }
    }

    /// The names of the command that the arguments lead to, as far as they are known.
    private static func commandPath(_ arguments: [String]) -> [String] {
        var command: any ParsableCommand.Type = Ployzctl.self
        var path = ["ployzctl"]
        for argument in arguments {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == argument }) else {
                break
            }
            command = next
            path.append(argument)
        }
        return path
    }
}
