import Synchronization

/// What this daemon has refused since it started, counted by reason: a code of ``ErrorCode``, or the limit that was
/// passed.
package final class Refusals: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    package init() {}

    package func count(_ reason: String) { counts.withLock { $0[reason, default: 0] += 1 } }

    package var all: [String: Int] { counts.withLock { $0 } }
}
