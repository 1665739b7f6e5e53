import Foundation
import LabScenarios

/// `Benchmarks/README.md`, of which the part between two marks is written by a run.
struct BenchmarksDocument {
    private static let begin = "<!-- figures: written by scripts/bench --record -->"
    private static let end = "<!-- end of figures -->"

    private let file: URL

    init(checkout: URL) { file = checkout.appending(path: "Benchmarks/README.md") }

    func record(_ figures: [Figure]) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        guard let begin = text.range(of: Self.begin), let end = text.range(of: Self.end),
            begin.upperBound < end.lowerBound
        else { throw ScenarioFailure("Benchmarks/README.md has no marks for the figures") }
        let date = Date.now.formatted(.iso8601.year().month().day())
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let head = "\n\nTaken on \(date), on a host of \(cores) cores, all machines on it, release build.\n\n"
        let table = head + FigureTable(figures).markdown + "\n\n"
        let whole = text.replacingCharacters(in: begin.upperBound..<end.lowerBound, with: table)
        try whole.write(to: file, atomically: true, encoding: .utf8)
    }
}
