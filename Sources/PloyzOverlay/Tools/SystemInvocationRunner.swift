import PloyzModel
import Subprocess
import SystemPackage

/// Runs the machine's own programs.
package struct SystemInvocationRunner: InvocationRunner {
    /// Each run may take this long; then the program is killed.
    private let timeout: Duration

    package init(timeout: Duration = .seconds(20)) {
        self.timeout = timeout
    }

    package func run(_ invocation: Invocation) async throws -> InvocationResult {
        try await withThrowingTaskGroup(of: InvocationResult?.self) { group in
            group.addTask { try await Self.run(invocation) }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() ?? nil else {
                throw PloyzError(.overlayFailed, "\(invocation.program) did not end within \(timeout) and was killed")
            }
            return result
        }
    }

    private static func run(_ invocation: Invocation) async throws -> InvocationResult {
        let program = invocation.program
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(invocation.arguments),
                environment: .custom(["PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]),
                input: .string(invocation.input),
                output: .string(limit: 16 << 20),
                error: .string(limit: 1 << 20)
            )
            let status: Int32
            switch result.terminationStatus {
            case .exited(let code): status = code
            case .signaled(let signal): status = 128 + signal
            }
            return InvocationResult(status: status, output: result.standardOutput, errors: result.standardError)
        } catch let error as SubprocessError {
            let isMissing = error.code == .executableNotFound
            throw PloyzError(
                isMissing ? .programMissing : .overlayFailed,
                "cannot run \(invocation.program): \(error)",
                next: isMissing ? "install the package that has \(invocation.program)" : nil
            )
        }
    }
}
