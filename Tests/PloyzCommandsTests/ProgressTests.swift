import PloyzAPI
import PloyzAPITestSupport
import PloyzCommands
import Testing

@Suite("Progress")
struct ProgressTests {
    private static func draw(_ style: ProgressDisplay.Style, columns: Int = 80) -> String {
        var display = ProgressDisplay(style: style, columns: columns, ink: .none)
        return Samples.notices.map { display.show($0) }.joined() + display.end()
    }

    @Test("On a terminal the streams' lines are redrawn in place")
    func redrawn() throws {
        try Snapshot.check(Snapshot.visible(Self.draw(.redrawn)), "progress/terminal")
    }

    @Test("Elsewhere each event is one line, without control sequences")
    func lines() throws {
        let text = Self.draw(.lines)
        #expect(!text.contains("\u{1B}"))
        try Snapshot.check(text, "progress/lines")
    }

    @Test("Nothing is drawn when nobody wants it")
    func silent() { #expect(Self.draw(.silent).isEmpty) }

    @Test("No line of a stream is as wide as the terminal: it would wrap", arguments: [24, 40, 80])
    func width(columns: Int) {
        var display = ProgressDisplay(style: .redrawn, columns: columns, ink: .none)
        let progress = Samples.notices.filter { if case .progress = $0.content { true } else { false } }
        #expect(progress.count == 4)
        for notice in progress {
            let drawn = display.show(notice).split(separator: "[J").last ?? ""
            #expect(drawn.split(separator: "\n").allSatisfy { $0.count < columns })
        }
    }

    @Test("A failed migration says that the workload runs on the source again")
    func returned() {
        var display = ProgressDisplay(style: .lines, columns: 80, ink: .none)
        let text = Samples.failedNotices.map { display.show($0) }.joined()
        #expect(text.contains("it runs on the source again; downtime 900 ms"))
    }
}
