import PloyzAPI
import PloyzMigration
import PloyzModel

/// The words for a migration's events.
enum EventText {
    /// A line behind the time since the migration began: `  1.2 s  pre-copy`.
    static func stamped(_ notice: MigrationNotice, _ line: String) -> String {
        let time = notice.elapsed.description
        return String(repeating: " ", count: max(0, 8 - time.count)) + time + "  " + line
    }

    /// The lines for any event but progress.
    static func lines(_ notice: MigrationNotice, _ ink: Ink) -> [String] {
        switch notice.content {
        case .started(let preview, let attempt):
            let again = attempt > 1 ? ", attempt \(attempt)" : ""
            return ["moving \(preview.instance) from \(preview.from) to \(preview.to) (\(notice.operation)\(again))"]
        case .phaseChanged(let phase): return phase == .done ? [] : [ink.bold(phase.rawValue)]
        case .progress(let stream): return [progress(stream)]
        case .roundDone(let round): return [Self.round(round)]
        case .imageSent(let image, let bytes, let time): return ["image \(short(image)): \(bytes) in \(time)"]
        case .workloadStopped(let instance): return ["\(instance) is stopped: the downtime begins"]
        case .candidateReady(let report):
            return ["ready on the target: mount \(report.mount), start \(report.start), readiness \(report.readiness)"]
        case .committed: return ["committed"]
        case .switched(let downtime): return ["the address answers on the target; downtime \(downtime)"]
        case .returned(let downtime): return [ink.yellow("it runs on the source again; downtime \(downtime)")]
        case .note(let text): return [text.printable]
        case .finished: return []
        }
    }

    /// `shop/data  round 1  64 MiB of 256 MiB  25 %  80 MiB/s  2.4 s left`.
    static func progress(_ stream: StreamProgress) -> String {
        var parts = [name(of: stream)]
        if stream.round > 0 { parts.append("round \(stream.round)") }
        if let expected = stream.expected {
            parts.append("\(stream.acknowledged) of \(expected)")
            if expected > .zero {
                let share = Double(stream.acknowledged.bytes) / Double(expected.bytes)
                parts.append("\(Int(min(share, 1) * 100)) %")
            }
        } else {
            parts.append("\(stream.acknowledged)")
        }
        parts.append("\(stream.rate)/s")
        if let left = stream.timeLeft { parts.append("\(left) left") }
        return parts.joined(separator: "  ")
    }

    static func name(of stream: StreamProgress) -> String {
        stream.volume?.description ?? "image \(short(stream.image ?? ""))"
    }

    /// The stream that an event is the end of.
    static func endedStream(_ notice: MigrationNotice) -> String? {
        switch notice.content {
        case .roundDone(let round): round.volume.description
        case .imageSent(let image, _, _): "image \(short(image))"
        default: nil
        }
    }

    /// An image's ID as people know it: 12 digits.
    static func short(_ image: String) -> String {
        String(image.drop { $0 != ":" }.dropFirst().prefix(12)).printable
    }

    private static func round(_ round: MigrationNotice.Round) -> String {
        let base = round.base.map { "since \($0)" } ?? "in full"
        let last = round.isLast ? ", the last" : ""
        return "\(round.volume)  round \(round.number)\(last): \(round.bytes) in \(round.time), \(base)"
    }
}
