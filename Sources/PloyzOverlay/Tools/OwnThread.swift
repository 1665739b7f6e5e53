import Foundation

/// Blocking work on a thread made for it, that ends with it: a blocked thread of the shared pool would hold up
/// everything else, and a thread that has changed its network namespace must never be used again.
enum OwnThread {
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
            thread.name = "ployz-blocking"
            thread.stackSize = 256 << 10
            thread.start()
        }
    }
}
