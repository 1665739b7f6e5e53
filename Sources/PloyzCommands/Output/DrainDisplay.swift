import PloyzAPI
import PloyzMigration
import PloyzModel

/// Says what has changed of a drain since it was last looked at: a line for each move.
struct DrainDisplay: Sendable {
    private var seen: [InstanceRef: (state: DrainMove.State, to: MachinePlace?)] = [:]
    private var note: String?

    init() {}

    /// The lines for a report; none for moves that are as they were, and none for those that only wait.
    mutating func lines(_ report: DrainReport, _ ink: Ink) -> [String] {
        var lines: [String] = []
        for move in report.moves {
            let before = seen[move.instance]
            seen[move.instance] = (move.state, move.to)
            guard before?.state != move.state || before?.to != move.to else { continue }
            if let line = Self.line(move, isFirst: before == nil, ink) { lines.append(line) }
        }
        if let note = report.note, note != self.note { lines.append(ink.yellow("note: \(note.printable)")) }
        note = report.note
        return lines
    }

    private static func line(_ move: DrainReport.Move, isFirst: Bool, _ ink: Ink) -> String? {
        let target = move.to.map { "\($0)" } ?? "-"
        switch move.state {
        case .waiting: return isFirst ? nil : "\(move.instance): again, to \(target)\(reason(move))"
        case .running: return "\(move.instance): moves to \(target)"
        case .moved:
            let sent = move.sent.map { ", \($0)" } ?? ""
            let time = move.measuredTime.map { " in \($0)" } ?? ""
            let downtime = move.measuredDowntime.map { ", downtime \($0)" } ?? ""
            return "\(move.instance): is on \(target)\(sent)\(time)\(downtime)"
        case .failed, .stays:
            return ink.red("\(move.instance): \(move.state.rawValue)") + ": \(move.error?.message.printable ?? "")"
        case .gone: return "\(move.instance): \(move.note?.printable ?? "gone")"
        case .left: return "\(move.instance): left on \(move.from)"
        }
    }

    private static func reason(_ move: DrainReport.Move) -> String { move.note.map { " (\($0.printable))" } ?? "" }
}
