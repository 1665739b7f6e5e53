import ArgumentParser

/// What a run measures.
struct BenchOptions: ParsableArguments {
    @Option(help: "Moves of each service, 2 to 100.")
    var moves = 8

    @Option(name: .customLong("sizes"), help: "Volumes, in MiB, 1 to 4096 each, with commas between them.")
    var sizesText = "64,512,2048"

    var sizes: [Int] { sizesText.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 } }

    func validate() throws {
        guard (2...100).contains(moves) else { throw ValidationError("--moves is 2 to 100") }
        guard sizes.allSatisfy((1...4096).contains) else { throw ValidationError("--sizes are numbers of 1 to 4096") }
    }
}
