import PloyzAPI
import PloyzMigration
import PloyzModel

/// A move in words, for people who watch a scenario.
package struct MoveSummary: CustomStringConvertible {
    private let move: Move

    package init(_ move: Move) { self.move = move }

    package var description: String {
        let report = move.report
        var lines = [
            "\(move.from) -> \(move.to): \(report.message)",
            "  bytes sent        \(report.bytes) in \(report.volumes.map(\.rounds).max() ?? 0) rounds",
            "  downtime          \(text(report.downtime))   predicted \(text(report.predictedDowntime?.time))",
        ]
        for part in report.parts {
            lines.append(
                "    \(padded("\(part.part.rawValue)", 15)) \(padded(text(part.measured), 9))"
                    + " predicted \(part.predicted.time) (\(part.predicted.quality.rawValue))"
            )
        }
        lines.append("  writes            \(move.ledger.acknowledged) acknowledged, \(move.ledger.lost) lost")
        for client in move.clients {
            lines.append(
                "  client on \(padded(client.machine, 7)) longest gap \(Int(client.report.longestGap)) ms,"
                    + " \(client.report.acknowledged) writes"
            )
        }
        lines.append("  address           \(move.addressBefore) before, \(move.addressAfter) after")
        return lines.joined(separator: "\n")
    }

    private func text(_ time: Microseconds?) -> String { time.map { "\($0)" } ?? "-" }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
