import FoundationEssentials
import Glibc
import Posix

/// The loop of a probe: attempt after attempt, each on a connection of its own, until its time is over or it is told to
/// stop by SIGTERM or SIGINT.
package struct Probe {
    private let settings: ProbeSettings
    private let exchange: Exchange

    package init(settings: ProbeSettings, exchange: Exchange) {
        self.settings = settings
        self.exchange = exchange
    }

    /// Gaps longer than this, in milliseconds, go to the file of gaps.
    private static let notableGap = 50.0

    /// Runs to its end. An attempt under way when the end comes is finished first; its own time bounds that.
    package func run() throws -> ProbeSummary {
        let ledger = try settings.ledgerFile.map(LogFile.open)
        let gapFile = try settings.gapFile.map(LogFile.open)
        defer { for file in [ledger, gapFile].compactMap(\.self) { close(file) } }
        let stop = StopSignal()
        var summary = ProbeSummary(
            identifier: settings.identifier,
            to: "\(settings.endpoint)",
            started: Timestamp.text(wall: Clock.wall())
        )
        var gaps = GapTracker()
        let end = settings.duration.map { Deadline(seconds: $0) }
        var next = Clock.monotonic()
        while end?.isOver != true, !stop.wait(until: next) {
            var isAcknowledged = false
            let began = Clock.monotonic()
            next = began + UInt64(settings.interval) * 1_000_000
            let sequence = summary.attempts
            summary.attempts += 1
            do {
                try exchange.perform(sequence, settings: settings)
                let entry = LedgerEntry(
                    identifier: settings.identifier,
                    sequence: sequence,
                    monotonic: Clock.monotonic(),
                    wall: Clock.wall()
                )
                if let ledger { try Self.append(entry.line, to: ledger, path: settings.ledgerFile) }
                summary.acknowledged += 1
                isAcknowledged = true
                summary.firstSequence = summary.firstSequence ?? sequence
                summary.lastSequence = sequence
                let gap = gaps.acknowledged(monotonic: entry.monotonic, wall: entry.wall)
                if let gapFile, let gap, gap.milliseconds > Self.notableGap {
                    let line = String(decoding: try JSONEncoder().encode(gap), as: UTF8.self) + "\n"
                    try Self.append(line, to: gapFile, path: settings.gapFile)
                }
            } catch let failure as ProbeFailure {
                summary.count(failure)
            }
            let wait = Milliseconds.rounded(Clock.monotonic() - began)
            summary.waited(wait, isAcknowledged: isAcknowledged)
        }
        summary.ended = Timestamp.text(wall: Clock.wall())
        summary.gaps = gaps.longest
        summary.longestGapMilliseconds = gaps.longest.first?.milliseconds ?? 0
        summary.longestGapBegan = gaps.longest.first?.began
        summary.silenceAtEndMilliseconds = gaps.silence(at: Clock.monotonic())
        return summary
    }

    private static func append(_ line: String, to file: Int32, path: String?) throws {
        let bytes = Array(line.utf8)
        let count = try PosixError.check(write(file, bytes, bytes.count), "write", on: path ?? "")
        guard count == bytes.count else { throw PosixError("write", ENOSPC, on: path ?? "") }
    }
}
