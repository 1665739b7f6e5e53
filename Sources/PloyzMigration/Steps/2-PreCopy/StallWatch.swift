import PloyzModel
import Synchronization

/// Ends a stream of which the receiver acknowledges nothing any more.
///
/// Bytes that were *sent* prove nothing: they may lie in a buffer on this side of a link that is gone.
final class StallWatch: Sendable {
    private let limit: Duration
    private let time: any Timekeeper
    private let last: Mutex<(bytes: ByteCount, at: Duration)>

    init(limit: Duration, time: any Timekeeper) {
        self.limit = limit
        self.time = time
        last = Mutex((.zero, time.now))
    }

    func advanced(to bytes: ByteCount) {
        last.withLock { last in
            if bytes > last.bytes { last = (bytes, time.now) }
        }
    }

    /// - Throws: ``PloyzError`` `transfer-stalled`, or what `body` throws.
    func guarding<Value: Sendable>(
        _ what: String,
        _ body: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask { [self] in
                while true {
                    let idle = time.now - last.withLock { $0.at }
                    guard idle < limit else { return nil }
                    try await time.sleep(for: limit - idle)
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                let bytes = last.withLock { $0.bytes }
                throw PloyzError(
                    .transferStalled,
                    "\(what) stalled: nothing beyond \(bytes) was acknowledged for \(Microseconds(limit))"
                )
            }
            return value
        }
    }
}
