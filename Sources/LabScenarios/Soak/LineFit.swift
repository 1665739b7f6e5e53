/// The straight line that lies nearest to points, by least squares, and how sure its slope is.
package struct LineFit: Hashable, Sendable {
    /// In units of y for each of x.
    package let slope: Double
    /// What the slope would scatter by if the same were measured again and again; 0 when the points lie on the line.
    package let slopeError: Double
    private let meanX: Double
    private let meanY: Double

    /// nil for fewer than three points, or when all have one x: nothing then says how sure a slope is.
    package init?(_ points: [(x: Double, y: Double)]) {
        let count = Double(points.count)
        guard points.count >= 3 else { return nil }
        let meanX = points.map(\.x).reduce(0, +) / count
        let meanY = points.map(\.y).reduce(0, +) / count
        let spread = points.map { ($0.x - meanX) * ($0.x - meanX) }.reduce(0, +)
        guard spread > 0 else { return nil }
        let slope = points.map { ($0.x - meanX) * ($0.y - meanY) }.reduce(0, +) / spread
        let rest = points.map { point in
            let distance = point.y - (meanY + slope * (point.x - meanX))
            return distance * distance
        }.reduce(0, +)
        self.slope = slope
        slopeError = (rest / (count - 2) / spread).squareRoot()
        self.meanX = meanX
        self.meanY = meanY
    }

    /// The line at `x`.
    package func value(at x: Double) -> Double { meanY + slope * (x - meanX) }
}
