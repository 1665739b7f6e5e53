package import PloyzAPI
import PloyzMigration
import PloyzModel

/// Draws a migration's events: a pure function from events to the text that goes to the terminal.
///
/// On a terminal the lines of running streams stay at the bottom and are redrawn; elsewhere each event is one line.
package struct ProgressDisplay: Sendable {
    package enum Style: Hashable, Sendable { case redrawn, lines, silent }

    private let style: Style
    private let columns: Int
    private let ink: Ink
    private var streams: [(name: String, line: String)] = []
    /// How many lines of streams the terminal shows now.
    private var drawn = 0

    package init(style: Style, columns: Int, ink: Ink) {
        self.style = style
        self.columns = columns
        self.ink = ink
    }

    /// What to write for one event.
    package mutating func show(_ notice: MigrationNotice) -> String {
        guard style != .silent else { return "" }
        var permanent: [String] = []
        switch notice.content {
        case .progress(let stream):
            let line = EventText.progress(stream)
            if style == .lines { permanent.append(EventText.stamped(notice, line)) } else { keep(stream, line) }
        default:
            if let name = EventText.endedStream(notice) { streams.removeAll { $0.name == name } }
            permanent += EventText.lines(notice, ink).map { EventText.stamped(notice, $0) }
        }
        return style == .lines ? permanent.map { $0 + "\n" }.joined() : redraw(permanent)
    }

    /// What to write when there are no more events.
    package mutating func end() -> String {
        streams = []
        return drawn > 0 ? redraw([]) : ""
    }

    private mutating func keep(_ stream: StreamProgress, _ line: String) {
        let name = EventText.name(of: stream)
        if let place = streams.firstIndex(where: { $0.name == name }) {
            streams[place].line = line
        } else {
            streams.append((name, line))
        }
    }

    private mutating func redraw(_ permanent: [String]) -> String {
        // To the first of the lines drawn before, and from there everything is erased.
        let erase = drawn > 0 ? "\u{1B}[\(drawn)A\u{1B}[J" : ""
        drawn = streams.count
        // A line that wraps would count as two when it is erased.
        let lines = permanent + streams.map { String($0.line.prefix(max(columns - 1, 20))) }
        return erase + lines.map { $0 + "\n" }.joined()
    }
}
