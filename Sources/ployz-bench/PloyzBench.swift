import ArgumentParser
import Foundation
import LabScenarios

/// Takes the project's figures side by side in labs on this host, prints them, and records them when asked.
@main
struct PloyzBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Takes the project's figures side by side, in labs on this host."
    )

    @OptionGroup var options: BenchOptions

    @Flag(help: "Put the figures into Benchmarks/README.md.")
    var record = false

    func run() async throws {
        let figures = try await Bench(options: options, checkout: Lab.checkout).run()
        print("\n\(FigureTable(figures))")
        if record {
            try BenchmarksDocument(checkout: Lab.checkout).record(figures)
            print("recorded in Benchmarks/README.md")
        }
    }
}
