import Foundation
package import PloyzAPI

/// Everything that a command touches outside itself. Tests pass their own.
package struct CommandContext: Sendable {
    package enum Sink: Hashable, Sendable { case output, error }

    /// Runs the body with a client of the daemon at the socket's path.
    package typealias Connect =
        @Sendable (String, @Sendable (any OperatorService) async throws -> Void) async throws -> Void

    package var connect: Connect
    /// What is found on this machine with a configuration file, nil for the default one, without asking the daemon.
    package var examine: @Sendable (String?) async throws -> DoctorReport
    package var write: @Sendable (String, Sink) -> Void
    /// The whole of standard input, bounded.
    package var readInput: @Sendable () throws -> String
    package var environment: [String: String]
    /// Whether standard output is a terminal.
    package var isTerminal: Bool
    /// Whether standard error is a terminal.
    package var isErrorTerminal: Bool
    /// The width of the terminal, in columns.
    package var columns: Int
    /// Yields each time the user presses Ctrl-C; while it is read, that does not end the process.
    package var interrupts: @Sendable () -> AsyncStream<Void>
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Asks whoever sits at the terminal and returns the line that was typed; nil when nobody does.
    package var ask: (@Sendable (String) -> String?)?

    package init(
        connect: @escaping Connect,
        examine: @escaping @Sendable (String?) async throws -> DoctorReport,
        write: @escaping @Sendable (String, Sink) -> Void,
        readInput: @escaping @Sendable () throws -> String,
        environment: [String: String],
        isTerminal: Bool,
        isErrorTerminal: Bool,
        columns: Int,
        interrupts: @escaping @Sendable () -> AsyncStream<Void>,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        ask: (@Sendable (String) -> String?)? = nil
    ) {
        self.connect = connect
        self.examine = examine
        self.write = write
        self.readInput = readInput
        self.environment = environment
        self.isTerminal = isTerminal
        self.isErrorTerminal = isErrorTerminal
        self.columns = columns
        self.interrupts = interrupts
        self.sleep = sleep
        self.ask = ask
    }

    /// What the running command uses.
    @TaskLocal package static var current = CommandContext.system

    /// The width that help is wrapped at; nil lets the parser ask the terminal.
    var helpColumns: Int? { isTerminal ? columns : 80 }
}
