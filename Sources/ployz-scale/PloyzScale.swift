import Foundation
import LabScenarios

/// Fills the store of a one-machine cluster with the records of a large one and measures what a change costs its daemon.
@main
struct PloyzScale {
    static func main() async {
        do {
            let options = try ScaleOptions(Array(CommandLine.arguments.dropFirst()))
            let isRight = options.isInside ? try await measure(options) : try await inLab(options)
            exit(isRight ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("scale: \(error)\n".utf8))
            exit(error is ScaleOptions.Misuse ? 2 : 1)
        }
    }

    /// The whole of it runs in the machine: a command from outside takes longer than what is measured.
    private static func inLab(_ options: ScaleOptions) async throws -> Bool {
        let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
        let lab = try await Lab.up(name: options.lab, machines: 1, checkout: checkout)
        let program = checkout.appending(path: ".build/debug/ployz-scale").path
        let result = try await lab.run("m1", [program] + options.inside, within: 400)
        print(result.text + result.errorText)
        let isRight = result.status == 0
        if !isRight { try? await lab.saveLogs(of: ["m1"]) }
        if !options.keeps { try await lab.down() }
        return isRight
    }

    private static func measure(_ options: ScaleOptions) async throws -> Bool {
        let run = try await ScaleRun(options)
        var rounds: [ScaleRound] = []
        for size in options.sizes { rounds.append(try await run.round(size)) }
        try await run.end()
        let table = ScaleTable(rounds)
        print("\n\(table)\n")
        let violations = rounds.flatMap(\.differences) + table.violations
        for violation in violations { print("VIOLATED: \(violation)") }
        return violations.isEmpty
    }
}
