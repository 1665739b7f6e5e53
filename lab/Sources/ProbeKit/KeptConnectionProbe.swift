import Posix

/// The loop of a client that keeps one connection open and speaks on it.
package struct KeptConnectionProbe {
    private let settings: ProbeSettings

    package init(settings: ProbeSettings) { self.settings = settings }

    package func run() throws -> ProbeSummary {
        let stop = StopSignal()
        var summary = ProbeSummary(
            identifier: settings.identifier,
            to: "\(settings.endpoint)",
            started: Timestamp.text(wall: Clock.wall())
        )
        let end = settings.duration.map { Deadline(seconds: $0) }
        var next = Clock.monotonic()
        while end?.isOver != true, !stop.wait(until: next) {
            do {
                try keep(&summary, &next, stop, end)
                break
            } catch let failure as ProbeFailure {
                summary.count(failure)
            }
        }
        summary.ended = Timestamp.text(wall: Clock.wall())
        return summary
    }

    /// One connection, until it breaks or the time is over.
    ///
    /// - Throws: `ProbeFailure`.
    private func keep(
        _ summary: inout ProbeSummary,
        _ next: inout UInt64,
        _ stop: StopSignal,
        _ end: Deadline?
    ) throws {
        var began = Clock.monotonic()
        summary.attempts += 1
        let opening = Deadline(seconds: Double(settings.connectTimeout) / 1000)
        let connection = try Connection(to: settings.endpoint, until: opening)
        while true {
            try Exchange.ping(connection, until: Deadline(seconds: Double(settings.timeout) / 1000))
            summary.acknowledged += 1
            let wait = Milliseconds.rounded(Clock.monotonic() - began)
            summary.waited(wait, isAcknowledged: true)
            next = began + UInt64(settings.interval) * 1_000_000
            if end?.isOver == true || stop.wait(until: next) { return }
            began = Clock.monotonic()
            summary.attempts += 1
        }
    }
}
