import PloyzModel

/// Ends a command at Ctrl-C and lets what it ordered go on.
enum Interruption {
    /// Runs `body`, or leaves it at Ctrl-C.
    ///
    /// - Throws: `message` after Ctrl-C, else what `body` throws.
    static func watched(
        _ context: CommandContext,
        _ body: @escaping @Sendable () async throws -> Void,
        message: () -> PloyzError
    ) async throws {
        let wasInterrupted = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return false
            }
            group.addTask {
                for await _ in context.interrupts() { return true }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        if wasInterrupted { throw message() }
    }
}
