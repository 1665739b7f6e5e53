import Foundation

/// Blocking work on a thread of its own, so that none of the few threads that run tasks waits in `poll(2)`.
enum BlockingThread {
    /// Runs `body`; when the task is cancelled, `wake` is tripped, and `body` is expected to watch it.
    static func run<Success: Sendable>(
        wake: Wake,
        _ body: @escaping @Sendable () throws -> Success
    ) async throws -> Success {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(with: Result { try body() })
                }
            }
        } onCancel: {
            wake.trip()
        }
    }
}
