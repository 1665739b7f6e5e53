import Foundation

/// What was seen when the founder, or the store, was lost: a line for each thing, and what must hold and did not.
package struct FounderFindings: Sendable, CustomStringConvertible {
    package struct Line: Sendable {
        package let part: String
        package let what: String
        package let seen: String
        package let isRight: Bool
    }

    package private(set) var lines: [Line] = []
    /// Called with each line as it is found.
    private let report: @Sendable (Line) -> Void

    package init(report: @escaping @Sendable (Line) -> Void = { _ in }) { self.report = report }

    mutating func add(_ part: String, _ what: String, _ seen: String, isRight: Bool = true) {
        let line = Line(part: part, what: what, seen: seen, isRight: isRight)
        lines.append(line)
        report(line)
    }

    package var violations: [String] { lines.filter { !$0.isRight }.map { "\($0.part), \($0.what): \($0.seen)" } }

    package var description: String {
        let width = lines.map(\.what.count).max() ?? 0
        return lines.map { line in
            let what = line.what.padding(toLength: width, withPad: " ", startingAt: 0)
            return "\(line.isRight ? "  " : "! ")\(line.part)  \(what)  \(line.seen)"
        }.joined(separator: "\n")
    }
}
