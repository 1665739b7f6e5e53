package import PloyzModel
import Synchronization

/// Where events go; called from any task, in order, and must return at once.
package typealias EventSink = @Sendable (MigrationEvent) -> Void

/// Numbers events and thins out progress.
package final class EventEmitter: Sendable {
    private let operation: OperationID
    private let time: any Timekeeper
    private let start: Duration
    private let sink: EventSink
    private let number = Mutex(0)

    package init(operation: OperationID, time: any Timekeeper, sink: @escaping EventSink) {
        self.operation = operation
        self.time = time
        self.start = time.now
        self.sink = sink
    }

    package func emit(_ content: MigrationEvent.Content) {
        number.withLock { number in
            number += 1
            let elapsed = Microseconds(time.now - start)
            // Under the lock, so that two streams side by side cannot hand over their events out of order.
            sink(
                MigrationEvent(
                    operation: operation,
                    number: number,
                    date: time.date,
                    elapsed: elapsed,
                    content: content
                )
            )
        }
    }

    /// A callback for one stream that emits its progress at most every 200 ms, and once at its end.
    func progress(
        volume: VolumeRef?,
        image: String?,
        round: Int,
        expected: ByteCount?
    ) -> @Sendable (ByteCount) -> Void {
        let start = time.now
        let last = Mutex<Duration?>(nil)
        return { [time, self] acknowledged in
            let now = time.now
            let isDue = last.withLock { last in
                guard let before = last, now - before < .milliseconds(200), acknowledged != expected else {
                    last = now
                    return true
                }
                return false
            }
            guard isDue else { return }
            emit(
                .progress(
                    stream: StreamProgress(
                        volume: volume,
                        image: image,
                        round: round,
                        acknowledged: acknowledged,
                        expected: expected,
                        time: Microseconds(now - start)
                    )
                )
            )
        }
    }
}

extension StreamProgress {
    /// `time` is how long the stream has run.
    init(
        volume: VolumeRef?,
        image: String?,
        round: Int,
        acknowledged: ByteCount,
        expected: ByteCount?,
        time: Microseconds
    ) {
        let rate = time.count > 0 ? Double(acknowledged.bytes) / Double(time.count) * 1_000_000 : 0
        var timeLeft: Microseconds?
        if let expected, rate >= 1 {
            let left = Double(expected.bytes) - Double(acknowledged.bytes)
            timeLeft = Microseconds(Int64(min(max(0, left) / rate * 1_000_000, 1e15)))
        }
        self.init(
            volume: volume,
            image: image,
            round: round,
            acknowledged: acknowledged,
            expected: expected,
            rate: ByteCount(UInt64(min(rate, 1e15))),
            timeLeft: timeLeft
        )
    }
}
