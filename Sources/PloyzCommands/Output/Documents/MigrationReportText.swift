package import PloyzAPI
import PloyzMigration
import PloyzModel

extension MigrationReport: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        var lines = [ink.bold(message.printable)]
        if outcome == .alreadyThere || instance == nil { return lines }
        lines.append("")
        if downtime == nil {
            lines.append("downtime: none")
        } else {
            lines += Table(["DOWNTIME", "PREDICTED", "QUALITY", "ACTUAL"], downtimeRows).lines(ink)
        }
        if !volumes.isEmpty {
            lines += [""] + Table(["VOLUME", "ROUNDS", "SENT", "WHILE STOPPED"], volumeRows).lines(ink)
        }
        lines += ["", "sent: \(bytes)\(totalTime.map { " in \($0)" } ?? "")"]
        if let address { lines.append("address: \(address), unchanged") }
        if let previousCopies { lines.append("previous copy: on \(previousCopies), fenced") }
        if let goBack { lines.append("to go back: \(goBack)") }
        return lines + pending.map { ink.yellow("to clean up: \($0.printable)") }
    }

    package var plainLines: [String] {
        var lines = ["outcome\t\(outcome.rawValue)\t\(exitStatus)\t\(operation?.description ?? "-")"]
        if let instance, let from, let to { lines.append("move\t\(instance)\t\(from)\t\(to)") }
        lines += downtimeRows.map { "downtime\t" + $0.joined(separator: "\t") }
        lines += volumeRows.map { "volume\t" + $0.joined(separator: "\t") }
        lines.append("sent\t\(bytes)\t\(totalTime?.description ?? "-")")
        if let address { lines.append("address\t\(address)") }
        if let previousCopies { lines.append("previous-copy\t\(previousCopies)") }
        return lines + pending.map { "pending\t\($0.printable)" }
    }

    private var downtimeRows: [[String]] {
        guard let downtime, let predictedDowntime else { return [] }
        let rows = parts.map { part in
            [
                part.part.rawValue, "\(part.predicted.time)", part.predicted.quality.rawValue,
                part.measured?.description ?? "-",
            ]
        }
        return rows + [["total", "\(predictedDowntime.time)", predictedDowntime.quality.rawValue, "\(downtime)"]]
    }

    private var volumeRows: [[String]] {
        volumes.map { ["\($0.volume)", "\($0.rounds)", "\($0.bytes)", "\($0.lastDelta)"] }
    }
}
