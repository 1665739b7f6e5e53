import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

/// A drain that has ended, each unit's prediction beside what was measured.
struct DrainTable: CustomStringConvertible {
    let report: DrainReport

    private static let header = [
        "UNIT", "TO", "STATE", "SIZE", "PREDICTED", "SENT", "TIME", "TOOK", "DOWNTIME", "STOOD STILL",
    ]

    var description: String {
        let rows = [Self.header] + report.moves.map(Self.row)
        let widths = Self.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }
        return (lines + report.moves.compactMap(Self.reason) + [total]).joined(separator: "\n")
    }

    private static func row(_ move: DrainReport.Move) -> [String] {
        let company = move.others.isEmpty ? "" : " +\(move.others.count)"
        var row: [String] = ["\(move.instance)\(company)", text(move.to), move.state.rawValue]
        row += [text(move.size), text(move.bytes.bytes), text(move.sent)]
        row += [text(move.time.time), text(move.measuredTime)]
        row += [text(move.downtime.time), text(move.measuredDowntime)]
        return row
    }

    private static func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "-" }

    private static func reason(_ move: DrainReport.Move) -> String? {
        if let error = move.error { return "\(move.instance) \(move.state.rawValue): [\(error.code)] \(error.message)" }
        return move.note.map { "\(move.instance): \($0)" }
    }

    private var total: String {
        var seconds = 0
        if let begin = report.startedAt, let end = report.finishedAt { seconds = Int(end.timeIntervalSince(begin)) }
        let note = report.note.map { "; \($0)" } ?? ""
        return "\(report.state.rawValue) after \(seconds) s (predicted \(report.time.time)); \(report.sent) sent for "
            + "\(report.movedSize) of volumes\(note)"
    }
}

extension DrainReport {
    /// What the volumes of all units refer to that were moved.
    var movedSize: ByteCount { moves.filter { $0.state == .moved }.reduce(.zero) { $0 + $1.size } }
}
