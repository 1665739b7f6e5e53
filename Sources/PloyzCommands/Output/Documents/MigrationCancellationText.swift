package import PloyzAPI
import PloyzMigration
import PloyzModel

extension MigrationCancellation: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        var lines = [ink.bold(message.printable)]
        if let downtime { lines.append("downtime: \(downtime)") }
        if kept > .zero { lines.append("kept on the target: \(kept), for the next try") }
        return lines
    }

    package var plainLines: [String] {
        ["\(outcome.rawValue)\t\(operation)\t\(downtime?.description ?? "-")\t\(kept)"]
    }
}
