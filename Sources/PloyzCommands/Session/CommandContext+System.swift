import Foundation
import PloyzAPI
import PloyzModel

extension CommandContext {
    /// The largest manifest that is read, in bytes: the most that the daemon takes.
    static let maximumInput = 1 << 20

    /// The process's own streams, environment and signals.
    package static let system = CommandContext(
        connect: { path, body in
            try await OperatorClient.withLocalDaemon(socketPath: path) { try await body($0) }
        },
        examine: { try await DaemonProgram.examine(configurationPath: $0) },
        write: { text, sink in
            let handle = sink == .output ? FileHandle.standardOutput : FileHandle.standardError
            // A reader that has gone away is no reason to stop: the command's work counts, not its text.
            try? handle.write(contentsOf: Data(text.utf8))
        },
        readInput: { try read(.standardInput, named: "standard input") },
        environment: ProcessInfo.processInfo.environment,
        isTerminal: isatty(STDOUT_FILENO) == 1,
        isErrorTerminal: isatty(STDERR_FILENO) == 1,
        columns: terminalColumns() ?? 80,
        interrupts: { Interrupts.stream() },
        sleep: { try await Task.sleep(for: $0) },
        ask: question()
    )

    /// The text of an open file.
    ///
    /// - Throws: `usage` when it is larger than ``maximumInput`` or no UTF-8.
    static func read(_ handle: FileHandle, named name: String) throws -> String {
        var data = Data()
        while data.count <= maximumInput, let more = try handle.read(upToCount: 64 << 10), !more.isEmpty {
            data.append(more)
        }
        guard data.count <= maximumInput else {
            throw PloyzError(.usage, "\(name) is larger than \(ByteCount(UInt64(maximumInput)))")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw PloyzError(.usage, "\(name) is not UTF-8")
        }
        return text
    }

    /// On standard error: standard output has the result.
    private static func question() -> (@Sendable (String) -> String?)? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        return { text in
            try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
            return readLine()
        }
    }

    private static func terminalColumns() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
