import Foundation

/// The figures of all sizes side by side, and how much they grew from the first to the last.
struct ScaleTable: CustomStringConvertible {
    /// What may not grow with the services grows by less than this, or by less than ``noise``.
    static let growth = 1.5
    /// In the unit of the figure, all of which are milliseconds.
    static let noise = 5.0

    let rounds: [ScaleRound]

    init(_ rounds: [ScaleRound]) { self.rounds = rounds }

    private var rows: [(name: String, values: [ScaleFigure])] {
        (rounds.first?.figures ?? []).map { first in
            (first.name, rounds.compactMap { round in round.figures.first { $0.name == first.name } })
        }
    }

    var violations: [String] {
        rows.compactMap { row in
            guard let first = row.values.first, let last = row.values.last, let growth = limitedGrowth(row.values),
                let before = first.limited, let after = last.limited, growth > Self.growth,
                after.value > before.value + Self.noise
            else { return nil }
            return "\(row.name): \(Self.text(first)) with \(rounds.first?.services ?? 0) services, "
                + "\(Self.text(last)) with \(rounds.last?.services ?? 0)"
        }
    }

    /// The growth that counts; nil for what may grow.
    private func limitedGrowth(_ values: [ScaleFigure]) -> Double? {
        guard let first = values.first?.limited, let last = values.last?.limited, first.relative > 0 else { return nil }
        return last.relative / first.relative
    }

    var description: String {
        let head = ["figure"] + rounds.map { "\($0.services) services" } + ["growth", "that counts"]
        let lines = rows.map { row in
            let growth = (row.values.last?.value ?? 0) / (row.values.first?.value ?? 0)
            let growths = [growth.isFinite ? growth : nil, limitedGrowth(row.values)]
            return [row.name] + row.values.map(Self.text) + growths.map { $0.map { String(format: "%.2f", $0) } ?? "" }
        }
        let dashes = ["---"] + head.dropFirst().map { _ in "--:" }
        return ([head, dashes] + lines).map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    private static func text(_ figure: ScaleFigure) -> String {
        String(format: figure.value < 100 ? "%.1f" : "%.0f", figure.value) + " " + figure.unit
    }
}
