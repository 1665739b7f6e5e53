import Glibc

/// One run of a program that is waited for.
package struct Command: Sendable {
    package var arguments: [String]
    /// Seconds after which it is killed.
    package var timeout: Double
    /// A file that its standard error is appended to, and its output when that is not captured; nil leads to the
    /// caller's.
    package var log: String?

    package init(_ arguments: [String], timeout: Double = 30, log: String? = nil) {
        self.arguments = arguments
        self.timeout = timeout
        self.log = log
    }

    /// Runs it and returns how it ended; nothing is captured.
    package func status(input: Int32? = nil) throws -> ExitStatus {
        let logFile = try log.map { try LogFile.open($0) } ?? 2
        defer { if log != nil { close(logFile) } }
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(nowhere) }
        let child = try ChildProcess.spawn(
            arguments,
            streams: .init(input: input ?? nowhere, output: logFile, error: logFile)
        )
        return try child.wait(until: Deadline(seconds: timeout), name: arguments.joined(separator: " "))
    }

    /// Runs it and demands success.
    package func run() throws {
        let status = try status()
        guard status.isSuccess else { throw CommandFailed(command: self, status: status) }
    }

    /// Runs it, demands success, returns what it printed.
    package func output() throws -> String {
        let (status, text) = try capture()
        guard status.isSuccess else { throw CommandFailed(command: self, status: status) }
        return text
    }

    /// Runs it, returns how it ended and what it printed on standard output.
    package func capture(input: Int32? = nil) throws -> (ExitStatus, String) {
        let logFile = try log.map { try LogFile.open($0) } ?? 2
        defer { if log != nil { close(logFile) } }
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(nowhere) }
        var ends: [Int32] = [0, 0]
        try PosixError.check(pipe(&ends), "pipe", on: arguments[0])
        defer { close(ends[0]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let deadline = Deadline(seconds: timeout)
        let child: ChildProcess
        do {
            defer { close(ends[1]) }
            child = try ChildProcess.spawn(
                arguments,
                streams: .init(input: input ?? nowhere, output: ends[1], error: logFile)
            )
        }
        let bytes = drain(ends[0], until: deadline)
        let status = try child.wait(until: deadline, name: arguments.joined(separator: " "))
        return (status, String(decoding: bytes, as: UTF8.self))
    }

    private func drain(_ end: Int32, until deadline: Deadline) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            var waiting = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, deadline.remainingMilliseconds)
            if ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { return bytes }
            let count = read(end, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// A program that ended with something other than success.
package struct CommandFailed: Error, CustomStringConvertible {
    package let command: Command
    package let status: ExitStatus

    package var description: String {
        "\(command.arguments.joined(separator: " ")): \(status)" + (command.log.map { " (see \($0))" } ?? "")
    }
}
