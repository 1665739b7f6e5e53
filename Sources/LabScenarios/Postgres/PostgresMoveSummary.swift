import PloyzAPI
import PloyzMigration
import PloyzModel

/// A move in words, for people who watch.
package struct PostgresMoveSummary: CustomStringConvertible {
    private let move: PostgresMove

    package init(_ move: PostgresMove) { self.move = move }

    package var description: String {
        var lines = ["\(move.from) -> \(move.to): \(move.report.message)"]
        for part in move.report.parts {
            lines.append(
                "  \(part.part.rawValue): \(part.measured.map { "\($0)" } ?? "-"), predicted \(part.predicted.time)"
            )
        }
        for volume in move.report.volumes {
            lines.append(
                "  \(volume.volume): \(volume.bytes) in \(volume.rounds) rounds, \(volume.lastDelta) while stopped"
            )
        }
        for client in move.clients {
            let errors = client.report.errors.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            lines.append(
                "  client on \(client.machine): \(client.report.acknowledged) commits,"
                    + " longest gap \(Int(client.report.longestGap)) ms; failed: "
                    + (errors.isEmpty ? "none" : errors.joined(separator: ", "))
            )
        }
        return lines.joined(separator: "\n")
    }
}
