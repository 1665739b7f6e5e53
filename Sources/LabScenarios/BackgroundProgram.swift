package import Foundation

/// A program that runs while the scenario goes on, and prints to a file.
package final class BackgroundProgram: Sendable {
    private let process: ProcessBox
    private let output: URL

    var isRunning: Bool { process.value.isRunning }

    init(_ path: URL, _ arguments: [String], output: URL, errors: URL? = nil) throws {
        for file in [output, errors].compactMap(\.self) { try Data().write(to: file) }
        let process = Process()
        process.executableURL = path
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        if let errors { process.standardError = try FileHandle(forWritingTo: errors) }
        try process.run()
        self.process = ProcessBox(process)
        self.output = output
    }

    /// Sends SIGTERM, waits for the end and returns what was printed.
    package func stop() async throws -> Data {
        process.value.terminate()
        return try await finish()
    }

    /// Waits for the end, at most 60 s, and returns what was printed.
    package func finish() async throws -> Data {
        for _ in 0..<6000 where process.value.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        guard !process.value.isRunning else {
            kill(process.value.processIdentifier, SIGKILL)
            throw ScenarioFailure("a background program did not end within 60 s")
        }
        return try Data(contentsOf: output)
    }
}

/// `Process` is not marked Sendable. Only `isRunning`, `terminate` and `processIdentifier` are used after `run`, and
/// Foundation guards those with a lock of its own.
private struct ProcessBox: @unchecked Sendable {
    let value: Process

    init(_ value: Process) { self.value = value }
}
