package import PloyzAPI
import PloyzMigration
import PloyzModel

extension MigrationPreview: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        guard !alreadyThere else { return ["\(instance): already on \(to); nothing would be done"] }
        var lines = [ink.bold("\(instance): \(from) -> \(to)"), ""]
        lines += Table(["MOVES", "IMAGE", "ADDRESS, UNCHANGED"], memberRows).lines(ink)
        lines += notes.map { "note: \($0.printable)" } + [""]
        if !volumes.isEmpty {
            lines += Table(["VOLUME", "SIZE", "BASE", "BEFORE THE STOP", "WHILE STOPPED"], volumeRows).lines(ink)
            lines += ["to send: \(Self.text(preCopy)) before the stop, \(Self.text(lastDelta)) while stopped", ""]
        }
        lines += images.map { "image to copy: \($0.name.printable) (\(EventText.short($0.id)), \(Self.size($0)))" }
        if images.isEmpty { lines.append("image to copy: none, the target has it") }
        lines += [""] + downtimeLines(ink) + ["predicted total time: \(Self.text(totalTime))"]
        if !warnings.isEmpty { lines += [""] + warnings.map { ink.yellow("warning: \($0.printable)") } }
        return lines
    }

    package var plainLines: [String] {
        ["move\t\(instance)\t\(from)\t\(to)\t\(alreadyThere ? "already-there" : "to-do")"]
            + memberRows.map { "member\t" + $0.joined(separator: "\t") }
            + volumeRows.map { "volume\t" + $0.joined(separator: "\t") }
            + images.map { "image\t\($0.name.printable)\t\($0.id)\t\(Self.size($0))" }
            + downtime.map { "downtime\t\($0.part.rawValue)\t\(Self.text($0.predicted))" }
            + ["downtime\ttotal\t\(Self.text(totalDowntime))", "time\t\(Self.text(totalTime))"]
            + notes.map { "note\t\($0.printable)" } + warnings.map { "warning\t\($0.printable)" }
    }

    private func downtimeLines(_ ink: Ink) -> [String] {
        guard !startsFirst else { return ["no downtime: the new container is ready before the old one stops"] }
        let rows = downtime.map { [$0.part.rawValue, "\($0.predicted.time)", $0.predicted.quality.rawValue] }
        let total = ["total", "\(totalDowntime.time)", totalDowntime.quality.rawValue]
        return Table(["DOWNTIME", "PREDICTED", "QUALITY"], rows + [total]).lines(ink)
    }

    private var memberRows: [[String]] { members.map { ["\($0.instance)", $0.image.printable, "\($0.address)"] } }

    private var volumeRows: [[String]] {
        volumes.map { volume in
            [
                "\(volume.volume)", "\(volume.size)", volume.base?.description ?? "full", Self.text(volume.preCopy),
                Self.text(volume.lastDelta),
            ]
        }
    }

    private var preCopy: SizeEstimate { Self.sum(volumes.map(\.preCopy)) }
    private var lastDelta: SizeEstimate { Self.sum(volumes.map(\.lastDelta)) }

    /// A sum is as good as its worst part.
    private static func sum(_ sizes: [SizeEstimate]) -> SizeEstimate {
        sizes.reduce(SizeEstimate(bytes: .zero, quality: .exact)) { sum, size in
            SizeEstimate(bytes: sum.bytes + size.bytes, quality: min(sum.quality, size.quality))
        }
    }

    private static func size(_ image: Image) -> String { image.size?.description ?? "size unknown" }
    private static func text(_ size: SizeEstimate) -> String { "\(size.bytes) (\(size.quality.rawValue))" }
    private static func text(_ time: TimeEstimate) -> String { "\(time.time) (\(time.quality.rawValue))" }
}
