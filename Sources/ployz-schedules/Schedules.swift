import ArgumentParser

/// Runs the engine under faults, in memory and in virtual time.
@main
struct Schedules: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "Lets every call of a migration go wrong, alone and in pairs, and checks the invariants.",
        subcommands: [Singles.self, Pairs.self, Mutants.self, ContinuousIntegration.self, Replay.self, Survey.self]
    )
}
