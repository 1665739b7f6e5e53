package import PloyzModel

extension InvocationRunner {
    /// Runs a program that must succeed, and returns what it printed.
    ///
    /// - Throws: ``PloyzError`` with `overlay-failed` that names the program and quotes the first line of its errors.
    @discardableResult
    func require(_ invocation: Invocation, state: String? = nil) async throws -> String {
        let result = try await run(invocation)
        guard result.status == 0 else {
            let line = result.errors.split(separator: "\n").first.map { String($0) } ?? "no message"
            throw PloyzError(
                .overlayFailed,
                "\(invocation.program) \(invocation.arguments.joined(separator: " ")) exited with \(result.status): \(line)",
                state: state
            )
        }
        return result.output
    }
}

extension ErrorCode {
    /// A network device, address, route or rule could not be read or changed.
    package static let overlayFailed = ErrorCode("overlay-failed", exitStatus: 1)
    /// A program that the overlay needs is not installed.
    package static let programMissing = ErrorCode("program-missing", exitStatus: 1)
}
