import ArgumentParser
import Foundation
import LabScenarios

/// Moves services to and fro for a long time, and judges what the daemons use and what is left behind.
@main
struct PloyzSoak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Moves services around three machines of a lab and fits a line to what that costs and leaves behind.",
        discussion: """
            Exits with 1 when memory or descriptors of a daemon rise by more than 1 % in 100 moves, when there is more of \
            anything that moves could leave behind, or when a run of 100 moves or more cannot tell.
            """
    )

    @Option(help: "How many moves, in rounds of \(Soak.round). A quarter, at least \(Soak.warmUp), is warm-up.")
    var moves = 200

    @Option(help: "Seconds without a move before each sample; fewer make figures scatter.")
    var rest = Int(Soak.rest.components.seconds)

    @Flag(help: "Leave the lab up.")
    var keep = false

    func validate() throws {
        guard (Soak.round...100_000).contains(moves) else {
            throw ValidationError("--moves is \(Soak.round) to 100000")
        }
        guard (0...3600).contains(rest) else { throw ValidationError("--rest is 0 to 3600") }
    }

    func run() async throws {
        let name = Lab.name(in: "PLOYZ_SOAK_LAB", otherwise: "soak")
        let isRight = try await Lab.run(named: name, machines: Soak.machines.count, keeps: keep) { lab in
            try await run(in: lab)
        }
        guard isRight else { throw ExitCode.failure }
    }

    private func run(in lab: Lab) async throws -> Bool {
        let whole = (moves + Soak.round - 1) / Soak.round * Soak.round
        let clock = ContinuousClock()
        let began = clock.now
        let samples = try await Soak.deploy(in: lab, rest: .seconds(rest)).run(moves: whole) { sample in
            let memory = Soak.machines.map { Int(sample.values[$0]?["memory of ployzd"] ?? 0) }
            let descriptors = Soak.machines.map { Int(sample.values[$0]?["descriptors of ployzd"] ?? 0) }
            let minutes = String(format: "%.1f", (clock.now - began) / .seconds(60))
            print("\(minutes) min, \(sample.moves) moves: memory \(memory) KiB, descriptors \(descriptors)")
        }
        let table = samples.table(after: max(whole / 4, Soak.warmUp))
        print("\n\(table)\n")
        for violation in table.violations { print("VIOLATED: \(violation)") }
        return table.violations.isEmpty
    }
}
