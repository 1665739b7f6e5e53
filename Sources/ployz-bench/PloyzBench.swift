import Foundation

/// Takes the project's figures side by side in labs on this host, prints them, and records them when asked.
///
///     ployz-bench [--record] [--moves N] [--sizes 64,512,2048]
@main
struct PloyzBench {
    static func main() async {
        do {
            let options = try BenchOptions(Array(CommandLine.arguments.dropFirst()))
            let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
            let figures = try await Bench(options: options, checkout: checkout).run()
            print("\n\(FigureTable(figures))")
            if options.record {
                try BenchmarksDocument(checkout: checkout).record(figures)
                print("recorded in Benchmarks/README.md")
            }
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(1)
        }
    }
}
