package import Foundation
import Subprocess
import SystemPackage

/// A program and its arguments, run to its end.
struct Program {
    /// What `timeout` ends with when the time was up (timeout(1)).
    private static let timedOut: Int32 = 124

    private let path: String
    private let arguments: [String]

    init(_ path: URL, _ arguments: [String]) {
        self.path = path.path
        self.arguments = arguments
    }

    /// Keeps at most 64 MiB of what it prints.
    ///
    /// - Parameter seconds: those after which it is ended.
    /// - Throws: ``ScenarioFailure`` when the time was up.
    func run(input: Data?, within seconds: Int) async throws -> ProgramResult {
        let command = ([path] + arguments).joined(separator: " ")
        let result = try await bounded(command, input: input, seconds: seconds)
        guard result.status != Self.timedOut else {
            throw ScenarioFailure("'\(command)' did not end within \(seconds) s\n\(result.text)\(result.errorText)")
        }
        return result
    }

    private func bounded(_ command: String, input: Data?, seconds: Int) async throws -> ProgramResult {
        let limit = 64 << 20
        let executable = Executable.path("/usr/bin/timeout")
        let arguments = ["--kill-after=10", String(seconds), path] + self.arguments
        if let input {
            let result = try await Subprocess.run(
                executable,
                arguments: Arguments(arguments),
                input: .array(Array(input)),
                output: .bytes(limit: limit),
                error: .bytes(limit: limit)
            )
            return ProgramResult(command, result.terminationStatus, result.standardOutput, result.standardError)
        }
        let result = try await Subprocess.run(
            executable,
            arguments: Arguments(arguments),
            input: .none,
            output: .bytes(limit: limit),
            error: .bytes(limit: limit)
        )
        return ProgramResult(command, result.terminationStatus, result.standardOutput, result.standardError)
    }
}

/// How a program ended and what it printed.
package struct ProgramResult: Sendable {
    package let command: String
    /// 128 and the signal's number when a signal ended it.
    package let status: Int32
    package let output: Data
    package let errors: Data

    init(_ command: String, _ status: TerminationStatus, _ output: [UInt8], _ errors: [UInt8]) {
        self.command = command
        self.status =
            switch status {
            case .exited(let code): Int32(code)
            case .signaled(let signal): 128 + Int32(signal)
            }
        self.output = Data(output)
        self.errors = Data(errors)
    }

    package var text: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }

    /// - Throws: ``ScenarioFailure`` with what it printed, unless its status is 0.
    @discardableResult
    package func succeeded() throws -> ProgramResult {
        guard status == 0 else {
            throw ScenarioFailure("'\(command)' ended with \(status)\n\(text)\(errorText)")
        }
        return self
    }
}

/// A scenario that did not go as it must.
package struct ScenarioFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
