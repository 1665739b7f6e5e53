package import Foundation

/// Time as the engine sees it. Tests pass a virtual one.
package protocol Timekeeper: Sendable {
    /// Monotonic time since some fixed point.
    var now: Duration { get }
    /// Wall-clock time, for records that people read.
    var date: Date { get }
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The machine's clocks.
package struct SystemTimekeeper: Timekeeper {
    private let start = ContinuousClock.now

    package init() {}

    package var now: Duration { ContinuousClock.now - start }
    package var date: Date { Date() }
    package func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
