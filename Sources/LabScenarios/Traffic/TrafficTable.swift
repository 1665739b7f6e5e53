import Foundation
import PloyzModel

/// What the clients saw in many rounds, a line for each vantage point.
package struct TrafficTable: CustomStringConvertible, Sendable {
    package struct Line: Sendable {
        package let point: VantagePoint
        package let requests: Int
        package let failed: Int
        package let held: Int
        /// Milliseconds.
        package let longestWait: Double
        /// Rounds in which nobody waited longer than the bound.
        package let within: Int
        /// Milliseconds from a ready candidate to the first answer, in order.
        package let firstAnswers: [Double]
        package let errors: [String: Int]
    }

    package let rounds: [TrafficRound]
    package let lines: [Line]
    /// What each vantage point waited beyond the downtime in the controls, at most, in milliseconds.
    package let allowance: [VantagePoint: Double]

    /// - Parameter controls: restarts behind the same parking.
    package init(_ rounds: [TrafficRound], controls: [TrafficRound], points: [VantagePoint]) {
        self.rounds = rounds
        let excess = { (point: VantagePoint, round: TrafficRound) -> Double in
            (round.views[point]?.longestWait ?? 0) - round.downtime / .milliseconds(1)
        }
        let allowance = Dictionary(
            uniqueKeysWithValues: points.map { point in (point, controls.map { excess(point, $0) }.max() ?? 0) }
        )
        self.allowance = allowance
        lines = points.map { point in
            let views = rounds.compactMap { $0.views[point] }
            return Line(
                point: point,
                requests: views.map(\.attempts).reduce(0, +),
                failed: views.map { $0.failedConnects + $0.failedRequests }.reduce(0, +),
                held: views.map(\.held).reduce(0, +),
                longestWait: views.map(\.longestWait).max() ?? 0,
                within: rounds.filter { excess(point, $0) <= allowance[point] ?? 0 }.count,
                firstAnswers: rounds.compactMap { $0.firstAnswer(point) }.sorted(),
                errors: views.map(\.errors).reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            )
        }
    }

    /// Who waited longer in a round than the bound, and how long, in milliseconds.
    package static func beyond(_ round: TrafficRound, controls: [TrafficRound]) -> [(VantagePoint, Double)] {
        let points = Array(round.views.keys)
        let table = TrafficTable([round], controls: controls, points: points)
        return table.lines.filter { $0.within == 0 && $0.point.manner == .new }
            .map { ($0.point, $0.longestWait) }.sorted { $0.0.name < $1.0.name }
    }

    /// What must hold of a table and does not; empty when all is well.
    package func violations(allowed: Int) -> [String] {
        guard !rounds.isEmpty else { return [] }
        return lines.filter(\.point.mayNotFail).flatMap { line in
            var found: [String] = []
            if line.failed > 0 { found.append("\(line.point.name): \(line.failed) failed: \(line.errors)") }
            if line.requests == 0 { found.append("\(line.point.name): nothing was asked") }
            if line.point.manner == .new, line.within < rounds.count - allowed {
                found.append("\(line.point.name): \(line.within) of \(rounds.count) rounds within the bound")
            }
            return found
        }
    }

    package var description: String {
        let head = ["from", "requests", "failed", "held", "longest wait", "in bound", "first answer: median", "worst"]
        let rows = lines.map { line in
            let median = line.firstAnswers.isEmpty ? "" : milliseconds(line.firstAnswers[line.firstAnswers.count / 2])
            return [
                line.point.name, String(line.requests),
                line.point.mayNotFail ? String(line.failed) : "\(line.failed) cut", String(line.held),
                milliseconds(line.longestWait), "\(line.within) of \(rounds.count)", median,
                line.firstAnswers.last.map(milliseconds) ?? "",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private func milliseconds(_ value: Double) -> String { "\(Int(value.rounded())) ms" }
}
