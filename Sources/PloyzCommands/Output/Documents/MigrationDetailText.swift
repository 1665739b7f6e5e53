import Foundation
package import PloyzAPI
import PloyzMigration
import PloyzModel

extension MigrationDetail: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        let attempt = summary.attempt > 1 ? ", attempt \(summary.attempt)" : ""
        var lines = [
            ink.bold("\(summary.operation)  \(summary.instance): \(summary.from) -> \(summary.to)"),
            "\(summary.outcome?.rawValue ?? "running: \(summary.phase.rawValue)"), started "
                + "\(summary.startedAt.formatted(.iso8601))\(attempt)",
            "",
        ]
        lines += Table(["STEP", "STATUS", "DETAIL"], stepRows).lines(ink)
        if let report { lines += [""] + report.lines(ink) }
        if let error { lines += [""] + ErrorText.lines(error.error, ink) }
        return lines
    }

    package var plainLines: [String] {
        [summary.row.joined(separator: "\t")] + stepRows.map { "step\t" + $0.joined(separator: "\t") }
            + (report?.plainLines ?? [])
    }

    private var stepRows: [[String]] {
        steps.map { [$0.step.rawValue, $0.status.rawValue, $0.detail?.printable ?? ""] }
    }
}
