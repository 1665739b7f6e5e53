import ArgumentParser
import Foundation
import LabScenarios

/// Fills the store of a one-machine cluster with the records of a large one and measures what a change costs its daemon.
@main
struct PloyzScale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Measures what one change costs a daemon in a small and in a large cluster."
    )

    @OptionGroup var options: ScaleOptions

    @Flag(name: .customLong("keep"), help: "Leave the lab up.")
    var keeps = false

    @Flag(name: .customLong("inside"), help: .private)
    var isInside = false

    func run() async throws {
        guard try await isInside ? measure() : inLab() else { throw ExitCode.failure }
    }

    /// The whole of it runs in the machine: a command from outside takes longer than what is measured.
    private func inLab() async throws -> Bool {
        let name = Lab.name(in: "PLOYZ_SCALE_LAB", otherwise: "scale")
        return try await Lab.run(named: name, machines: 1, keeps: keeps) { lab in
            let program = Lab.checkout.appending(path: ".build/debug/ployz-scale").path
            let result = try await lab.run("m1", [program, "--inside"] + options.arguments, within: 400)
            print(result.text + result.errorText)
            return result.status == 0
        }
    }

    private func measure() async throws -> Bool {
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
