import Foundation

/// The trends of a run, a line for each figure of each machine, and what must not be and is.
package struct SoakTable: CustomStringConvertible, Sendable {
    package struct Row: Sendable {
        /// A machine, or `store`.
        package let subject: String
        package let trend: SoakTrend

        package init(subject: String, trend: SoakTrend) {
            self.subject = subject
            self.trend = trend
        }
    }

    package let rows: [Row]
    /// Of the whole run.
    package let moves: Int

    package init(_ rows: [Row], moves: Int) {
        self.rows = rows
        self.moves = moves
    }

    /// In words; empty when all is well. A run that is too short to be sure is not held against anybody.
    package var violations: [String] {
        rows.compactMap { row in
            let name = "\(row.subject): \(row.trend.figure.name)"
            switch row.trend.verdict {
            case .grows:
                return "\(name) grows from \(Self.number(row.trend.start)) to \(Self.number(row.trend.end))"
                    + " (\(Self.percent(row.trend.slope)) in 100 moves)"
            case .unsure where moves >= SoakTrend.sureFrom:
                return "\(name): \(Self.percent(row.trend.slope)) in 100 moves,"
                    + " give or take \(Self.percent(row.trend.slopeError)): nobody can tell whether it grows"
            default: return nil
            }
        }
    }

    package var description: String {
        let head = ["where", "figure", "start", "end", "in 100 moves", "standard error", ""]
        let lines = rows.map { row in
            let unit = row.trend.figure.unit.isEmpty ? "" : " \(row.trend.figure.unit)"
            return [
                row.subject, row.trend.figure.name, Self.number(row.trend.start) + unit,
                Self.number(row.trend.end) + unit, Self.percent(row.trend.slope), Self.percent(row.trend.slopeError),
                row.trend.verdict.rawValue,
            ]
        }
        let dashes = ["---", "---", "--:", "--:", "--:", "--:", "---"]
        return ([head, dashes] + lines).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(format: "%.0f", value) : String(format: "%.1f", value)
    }

    private static func percent(_ share: Double?) -> String { share.map { String(format: "%+.2f %%", $0 * 100) } ?? "" }
}
