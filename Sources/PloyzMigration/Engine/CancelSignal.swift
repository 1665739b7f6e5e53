package import PloyzModel
import Synchronization

/// An operator's wish that a migration ends: the work is undone, not abandoned.
///
/// Cancelling the *task* of a migration means something else: the daemon goes away, and the next one resumes.
package final class CancelSignal: Sendable {
    private struct State {
        var isCancelled = false
        var cause: PloyzError?
        var waiters: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// What the migration ends with when no operator wished it; nil when one did.
    package var cause: PloyzError? { state.withLock { $0.cause } }

    /// - Parameter cause: why, when it is not an operator's wish. The first word counts.
    package func cancel(because cause: PloyzError? = nil) {
        let waiters = state.withLock { state in
            if !state.isCancelled { state.cause = cause }
            state.isCancelled = true
            defer { state.waiters.removeAll() }
            return state.waiters.values.map(\.self)
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Returns when ``cancel()`` was called or the task is cancelled.
    func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let number = state.withLock { state -> Int in
            state.next += 1
            if state.isCancelled { continuation.finish() } else { state.waiters[state.next] = continuation }
            return state.next
        }
        for await _ in stream {}
        state.withLock { state in _ = state.waiters.removeValue(forKey: number) }
    }
}
