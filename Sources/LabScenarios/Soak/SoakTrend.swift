/// What became of a figure over the moves.
package struct SoakTrend: Sendable {
    package enum Verdict: String, Sendable {
        case level
        case grows = "GROWS"
        /// The slope scatters by more than it may be: too few moves, or too much noise.
        case unsure
        case told = ""
    }

    /// The most that a fitted line may rise by, of its value at the first point, in 100 moves.
    package static let limit = 0.01
    /// From so many moves on, a run is long enough to be sure: shorter ones are only told of.
    package static let sureFrom = 100

    package let figure: SoakFigure
    /// The first and the last point of those that count.
    package let start: Double
    package let end: Double
    /// Of the value at the first point, in 100 moves; nil when too few points, or no line, tell.
    package let slope: Double?
    /// The standard error of ``slope``.
    package let slopeError: Double?
    package let verdict: Verdict

    /// - Parameter points: a value for each number of moves, after the warm-up, in order; at least one.
    package init(_ figure: SoakFigure, _ points: [(moves: Int, value: Double)]) {
        self.figure = figure
        start = points.first?.value ?? 0
        end = points.last?.value ?? 0
        let fit = LineFit(points.map { (x: Double($0.moves), y: $0.value) })
        let base = fit?.value(at: Double(points.first?.moves ?? 0)) ?? 0
        slope = base > 0 ? fit.map { $0.slope * 100 / base } : nil
        slopeError = base > 0 ? fit.map { $0.slopeError * 100 / base } : nil
        switch figure.kind {
        case .told: verdict = .told
        case .leftover: verdict = Self.grew(points.map(\.value)) ? .grows : .level
        case .use: verdict = Self.judge(slope, slopeError)
        }
    }

    /// A line that rises too fast is a finding when that is more than its scatter explains: the slope is above twice its
    /// standard error, which chance alone reaches once in forty runs. Where twice the standard error is above the limit,
    /// a leak could hide in the scatter.
    private static func judge(_ slope: Double?, _ error: Double?) -> Verdict {
        guard let slope, let error else { return .unsure }
        if slope > limit, slope > 2 * error { return .grows }
        return slope > limit || 2 * error > limit ? .unsure : .level
    }

    /// Counts that are taken when nothing happens and everything is where it was do not scatter, except for what is just
    /// being cleaned up: they grew when the least of the last third is more than the most of the first.
    private static func grew(_ values: [Double]) -> Bool {
        let third = max(1, values.count / 3)
        guard values.count >= 2, let before = values.prefix(third).max(), let after = values.suffix(third).min() else {
            return false
        }
        return after > before
    }
}
