import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel

/// How far predictions were from what happened, over many moves.
struct Predictions {
    let moves: [Move]

    var figures: [Figure] {
        let downtime = moves.compactMap { move -> Double? in
            guard let measured = move.report.downtime?.milliseconds else { return nil }
            return error(of: move.preview.totalDowntime.time.milliseconds, measured)
        }
        let total = moves.compactMap { move -> Double? in
            guard let measured = move.report.totalTime?.milliseconds else { return nil }
            return error(of: move.preview.totalTime.time.milliseconds, measured)
        }
        let bytes = moves.compactMap { move -> Double? in
            let predicted = move.preview.volumes.map { Double($0.preCopy.bytes.bytes + $0.lastDelta.bytes.bytes) }
            return error(of: predicted.reduce(0, +), Double(move.report.bytes.bytes))
        }
        return [
            Figure("moves", .count(moves.count)),
            Figure("error of the predicted downtime, median", .percent(downtime.median)),
            Figure("error of the predicted downtime, worst", .percent(downtime.max() ?? 0)),
            Figure("error of the predicted time in all, median", .percent(total.median)),
            Figure("error of the predicted bytes, median", .percent(bytes.median)),
            Figure("longest gap beside measured downtime, median difference", .milliseconds(differences.median)),
        ]
    }

    /// What clients waited beyond the measured downtime, in milliseconds.
    private var differences: [Double] {
        moves.compactMap { move in
            move.report.downtime.map { move.longestGap - $0.milliseconds }
        }
    }

    /// In percent of what was measured.
    private func error(of predicted: Double, _ measured: Double) -> Double? {
        measured > 0 ? abs(predicted - measured) / measured * 100 : nil
    }
}
