import LabScenarios
import Testing

/// How a soak is judged; scripts/soak makes one.
@Suite struct SoakTests {
    private static let memory = SoakFigure("memory", .use)
    private static let files = SoakFigure("files", .leftover)

    private func points(_ count: Int, _ value: (Int) -> Double) -> [(moves: Int, value: Double)] {
        (0..<count).map { (moves: $0 * 6, value: value($0)) }
    }

    @Test("points on a line give that line, without any doubt")
    func line() throws {
        let fit = try #require(LineFit([(x: 1, y: 5), (x: 2, y: 7), (x: 4, y: 11)]))
        #expect(abs(fit.slope - 2) < 1e-12)
        #expect(fit.slopeError < 1e-12)
        #expect(abs(fit.value(at: 10) - 23) < 1e-12)
    }

    @Test("the standard error is that of the textbook")
    func scatter() throws {
        // Residuals -0.1, 0.3, -0.3, 0.1 about 1.1 + 1.2 x: sum of squares 0.2, spread 5.
        let fit = try #require(LineFit([(x: 0, y: 1), (x: 1, y: 2.6), (x: 2, y: 3.2), (x: 3, y: 4.8)]))
        #expect(abs(fit.slope - 1.2) < 1e-12)
        #expect(abs(fit.slopeError - (0.2 / 2 / 5).squareRoot()) < 1e-12)
    }

    @Test("two points, or one x, are no line", arguments: [[], [(1.0, 1.0), (2.0, 2.0)], [(1, 1), (1, 2), (1, 3)]])
    func noLine(points: [(Double, Double)]) { #expect(LineFit(points.map { (x: $0.0, y: $0.1) }) == nil) }

    @Test("what rises by more than 1 % in 100 moves grows, what rises by less is level")
    func slopes() {
        #expect(SoakTrend(Self.memory, points(30) { 1000 + Double($0) * 6 * 0.2 }).verdict == .grows)
        #expect(SoakTrend(Self.memory, points(30) { 1000 + Double($0) * 6 * 0.05 }).verdict == .level)
        #expect(SoakTrend(Self.memory, points(30) { 1000 - Double($0) }).verdict == .level)
    }

    @Test("scatter alone does not grow; too much of it leaves one unsure")
    func noise() {
        #expect(SoakTrend(Self.memory, points(30) { $0.isMultiple(of: 2) ? 1002 : 998 }).verdict == .level)
        #expect(SoakTrend(Self.memory, points(30) { $0.isMultiple(of: 2) ? 1200 : 800 }).verdict == .unsure)
        #expect(SoakTrend(Self.memory, points(2) { _ in 1000 }).verdict == .unsure)
    }

    @Test("a count that is higher for good has grown, one that was higher for a moment has not")
    func leftovers() {
        #expect(SoakTrend(Self.files, points(30) { Double(10 + $0 / 10) }).verdict == .grows)
        #expect(SoakTrend(Self.files, points(30) { $0 == 29 ? 11 : 10 }).verdict == .level)
        #expect(SoakTrend(Self.files, points(30) { _ in 0 }).verdict == .level)
    }

    @Test("a run that is too short to be sure says so, and is not held against anybody")
    func short() {
        let row = SoakTable.Row(
            subject: "m1",
            trend: SoakTrend(Self.memory, points(30) { $0.isMultiple(of: 2) ? 1200 : 800 })
        )
        #expect(SoakTable([row], moves: 24).violations.isEmpty)
        #expect(SoakTable([row], moves: 200).violations.count == 1)
    }
}
