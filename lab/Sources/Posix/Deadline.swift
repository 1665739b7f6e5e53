import Glibc

/// A moment on the monotonic clock after which waiting ends with an error.
package struct Deadline: Sendable {
    /// Nanoseconds of `CLOCK_MONOTONIC`.
    package let nanoseconds: UInt64

    /// - Parameter seconds: from now; 0 or more.
    package init(seconds: Double) {
        nanoseconds = Clock.monotonic() + UInt64(max(0, seconds) * 1e9)
    }

    package var isOver: Bool { Clock.monotonic() >= nanoseconds }

    /// Milliseconds that are left, never below 0.
    package var remainingMilliseconds: Int32 {
        let now = Clock.monotonic()
        guard nanoseconds > now else { return 0 }
        return Int32(clamping: (nanoseconds - now + 999_999) / 1_000_000)
    }

    /// Looks again and again until the condition holds.
    ///
    /// - Parameters:
    ///   - interval: milliseconds between two looks.
    ///   - awaited: what is waited for, as the end of "gave up waiting for …".
    /// - Throws: `TimedOut` when the deadline passes first; whatever the condition throws.
    package func wait(
        for awaited: @autoclosure () -> String,
        everyMilliseconds interval: UInt32 = 10,
        until condition: () throws -> Bool
    ) throws {
        while try !condition() {
            guard !isOver else { throw TimedOut(awaited: awaited()) }
            usleep(interval * 1000)
        }
    }
}

/// A wait whose deadline passed.
package struct TimedOut: Error, CustomStringConvertible {
    package let awaited: String

    package init(awaited: String) { self.awaited = awaited }

    package var description: String { "gave up waiting for \(awaited)" }
}
