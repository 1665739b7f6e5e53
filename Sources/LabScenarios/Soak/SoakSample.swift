import PloyzAPI

/// Every figure, at one moment in which nothing moves.
package struct SoakSample: Sendable {
    /// How many moves were made before.
    package let moves: Int
    /// By subject (a machine, or `store`), then by figure's name.
    package let values: [String: [String: Double]]

    package init(moves: Int, values: [String: [String: Double]]) {
        self.moves = moves
        self.values = values
    }
}

extension [SoakSample] {
    /// What became of every figure after the warm-up.
    ///
    /// - Parameter warmUp: moves that do not count: caches fill, and histories reach their length.
    package func table(after warmUp: Int) -> SoakTable {
        let counted = filter { $0.moves >= warmUp }
        let subjects = counted.first?.values.keys.sorted() ?? []
        let rows = subjects.flatMap { subject in
            let figures = subject == StoreGauge.subject ? StoreGauge.figures : MachineGauge.figures
            return figures.compactMap { figure -> SoakTable.Row? in
                let points = counted.compactMap { sample in
                    sample.values[subject]?[figure.name].map { (moves: sample.moves, value: $0) }
                }
                guard !points.isEmpty else { return nil }
                return SoakTable.Row(subject: subject, trend: SoakTrend(figure, points))
            }
        }
        return SoakTable(rows, moves: last?.moves ?? 0)
    }
}
