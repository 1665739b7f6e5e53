package import PloyzAPI
import PloyzMigration
import PloyzModel

extension DrainReport: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        var lines = [ink.bold(heading), ""]
        let listed = moves.filter { $0.state != .stays && $0.state != .gone }
        if !listed.isEmpty {
            lines += (state == .planned ? planTable(listed) : courseTable(listed)).lines(ink)
            lines.append(state == .planned ? planTotal : courseTotal)
        }
        if moves.isEmpty {
            lines.append(direction == .away ? "nothing is on \(machine)" : "nothing is to be brought home")
        }
        for move in moves {
            lines += move.remarks(ink)
        }
        if let note { lines.append(ink.yellow("note: \(note.printable)")) }
        return lines
    }

    /// A row for each unit: state, instance, from, to, size, bytes to send and their quality, sent, time and downtime
    /// (measured, or else predicted), the code of the error, the migration. A last row with the sums.
    package var plainLines: [String] {
        moves.map { move in
            [
                "move", move.state.rawValue, "\(move.instance)", "\(move.from)", move.to.map { "\($0)" } ?? "-",
                "\(move.size.bytes)", "\(move.bytes.bytes.bytes)", move.bytes.quality.rawValue,
                move.sent.map { "\($0.bytes)" } ?? "-", "\((move.measuredTime ?? move.time.time).count)",
                "\((move.measuredDowntime ?? move.downtime.time).count)", move.error?.code ?? "-",
                move.operation?.text ?? "-",
            ].joined(separator: "\t")
        } + [
            [
                "drain", state.rawValue, "\(machine)", direction.rawValue, "\(bytes.bytes.bytes)",
                bytes.quality.rawValue,
                "\(sent.bytes)", "\(time.time.count)", "\(downtime.time.count)", note?.printable ?? "-",
            ].joined(separator: "\t")
        ]
    }

    private var heading: String {
        let what = direction == .away ? "drain of \(machine)" : "return to \(machine)"
        let count = moves.count == 1 ? "1 unit" : "\(moves.count) units"
        switch state {
        case .planned: return "\(what): \(count), \(parallel) at once; nothing was changed"
        case .running: return "\(what) runs: \(count), \(parallel) at once"
        case .ended:
            let there = moves.count { $0.state == .moved }
            return "\(what) has ended: \(there) of \(count) moved"
        }
    }

    private func planTable(_ listed: [Move]) -> Table {
        Table(
            ["MOVES", "TO", "SIZE", "TO SEND", "TIME", "DOWNTIME"],
            listed.map { move in
                [
                    move.who, move.to.map { "\($0)" } ?? "-", move.volumes.isEmpty ? "-" : "\(move.size)",
                    Self.text(move.bytes), Self.text(move.time), Self.text(move.downtime),
                ]
            }
        )
    }

    private func courseTable(_ listed: [Move]) -> Table {
        Table(
            ["MOVES", "TO", "STATE", "SIZE", "SENT", "TIME", "DOWNTIME", "MIGRATION"],
            listed.map { move in
                [
                    move.who, move.to.map { "\($0)" } ?? "-", move.state.rawValue,
                    move.volumes.isEmpty ? "-" : "\(move.size)", move.sent.map { "\($0)" } ?? "-",
                    move.measuredTime.map { "\($0)" } ?? "-", move.measuredDowntime.map { "\($0)" } ?? "-",
                    move.operation?.text ?? "-",
                ]
            }
        )
    }

    private var planTotal: String {
        "in all: \(Self.text(bytes)) to send, \(Self.text(time)), downtimes together \(Self.text(downtime))"
    }

    private var courseTotal: String {
        let sizes = moves.filter { $0.state == .moved }.reduce(ByteCount.zero) { $0 + $1.size }
        let still = moves.reduce(Microseconds.zero) { $0 + ($1.measuredDowntime ?? .zero) }
        return "in all: \(sent) sent for \(sizes) of volumes, downtimes together \(still)"
    }

    private static func text(_ size: SizeEstimate) -> String { "\(size.bytes) (\(size.quality.rawValue))" }
    private static func text(_ time: TimeEstimate) -> String {
        time == TimeEstimate(.zero, .exact) ? "none" : "\(time.time) (\(time.quality.rawValue))"
    }
}

extension DrainReport.Move {
    /// The instance, and how many more move with it.
    fileprivate var who: String { others.isEmpty ? "\(instance)" : "\(instance) +\(others.count)" }

    /// What the table has no room for.
    fileprivate func remarks(_ ink: Ink) -> [String] {
        var lines: [String] = []
        if !others.isEmpty {
            lines.append("\(instance) takes along: \(others.map(\.description).joined(separator: ", "))")
        }
        if state == .stays || state == .failed, let error {
            let text = ([error] + error.others).map(\.message).joined(separator: "; ").printable
            lines.append("\(ink.red("\(instance) \(state.rawValue)")): [\(error.code.printable)] \(text)")
            if let next = error.next { lines.append("  next: \(next.printable)") }
        }
        if state == .left { lines.append("\(instance) was left on \(from)") }
        if let note { lines.append("\(instance): \(note.printable)") }
        return lines
    }
}
