import LabScenarios

/// What a run measures.
struct BenchOptions {
    /// Whether the figures go into `Benchmarks/README.md`.
    var record = false
    /// Moves of each service, 2 to 100.
    var moves = 8
    /// Volumes, in MiB.
    var sizes = [64, 512, 2048]

    /// - Throws: ``ScenarioFailure`` for arguments that it does not know.
    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--record": record = true
            case "--moves":
                guard let count = rest.popFirst().flatMap(Int.init), (2...100).contains(count) else {
                    throw ScenarioFailure("--moves needs a number of 2 to 100")
                }
                moves = count
            case "--sizes":
                let texts = rest.popFirst()?.split(separator: ",") ?? []
                sizes = texts.compactMap { Int($0) }.filter { (1...4096).contains($0) }
                guard !sizes.isEmpty, sizes.count == texts.count else {
                    throw ScenarioFailure("--sizes needs numbers of MiB, 1 to 4096, such as 64,512")
                }
            default: throw ScenarioFailure("'\(argument)' is not known; there are --record, --moves and --sizes")
            }
        }
    }
}
