import ArgumentParser

/// How large a cluster `scripts/scale` makes, and how much it changes in it.
struct ScaleOptions: ParsableArguments {
    @Option(name: .customLong("services"), help: "How many services, 50 to 5000 each time, in growing order: N,N.")
    var sizesText = "500,5000"

    @Option(help: "Machines of the cluster, this one among them, 50 to 200.")
    var machines = 200

    @Option(help: "Moves of an address at each size, 3 to 100.")
    var moves = 20

    var sizes: [Int] { sizesText.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 } }

    func validate() throws {
        guard sizes.allSatisfy((50...5000).contains), sizes == sizes.sorted() else {
            throw ValidationError("--services are numbers of 50 to 5000, in growing order, with commas between them")
        }
        guard (50...200).contains(machines) else { throw ValidationError("--machines is 50 to 200") }
        guard (3...100).contains(moves) else { throw ValidationError("--moves is 3 to 100") }
    }

    /// The same in words, for the part that runs in the machine.
    var arguments: [String] { ["--services", sizesText, "--machines", "\(machines)", "--moves", "\(moves)"] }
}
