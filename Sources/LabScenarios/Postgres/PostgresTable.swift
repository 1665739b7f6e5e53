import PloyzAPI
import PloyzMigration
import PloyzModel

/// The moves of a circle, a line for each.
package struct PostgresTable: CustomStringConvertible {
    private let circle: PostgresCircle

    package init(_ circle: PostgresCircle) { self.circle = circle }

    package var description: String {
        let head = [
            "MOVE", "PREDICTED", "DOWNTIME", "LONGEST GAP", "COMMITS", "LOST", "PGBENCH", "ROUNDS", "SENT",
            "WHILE STOPPED",
        ]
        let rows = circle.moves.map { move in
            [
                "\(move.from) to \(move.to)", "\(move.preview.totalDowntime.time)",
                move.report.downtime.map { "\($0)" } ?? "-",
                "\(Int(move.longestGap)) ms", "\(move.clients.map(\.report.acknowledged).reduce(0, +))",
                "\(move.ledger.lost)", "\(move.transactions)", "\(move.report.volumes.map(\.rounds).max() ?? 0)",
                "\(move.report.volumes.map(\.bytes).reduce(.zero, +))",
                "\(move.report.volumes.map(\.lastDelta).reduce(.zero, +))",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        let table = ([head] + rows).map { row in
            let last = row.count - 1
            return zip(row.dropLast(), widths).map { $0 + String(repeating: " ", count: $1 - $0.count) + "  " }.joined()
                + row[last]
        }
        return (table + back).joined(separator: "\n")
    }

    private var back: [String] {
        (circle.wayBack?.volumes ?? []).map {
            "way back, \($0.name): \($0.sent) sent, \($0.changed) had changed, at most \($0.limit) allowed"
        }
    }
}
