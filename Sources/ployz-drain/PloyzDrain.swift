import ArgumentParser
import Foundation
import LabScenarios

/// Drains a machine under traffic, brings everything home, and drains it through a power loss while another is drained.
@main
struct PloyzDrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ployz-drain",
        abstract: "Show what a drain does to clients, and that it ends whatever happens."
    )

    @Flag(help: "Leave the lab up.")
    var keep = false

    /// The same as scripts/drain takes down.
    private var name: String { ProcessInfo.processInfo.environment["PLOYZ_DRAIN_LAB"] ?? "drain" }

    mutating func run() async throws {
        let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
        let lab = try await Lab.up(name: name, machines: DrainProof.machines.count, checkout: checkout)
        let outcome: Result<[String], any Error>
        do {
            outcome = .success(try await DrainProof.deploy(in: lab).run())
        } catch {
            outcome = .failure(error)
        }
        if (try? outcome.get())?.isEmpty != true { try? await lab.saveLogs(of: DrainProof.machines) }
        if !keep { try await lab.down() }
        let violations = try outcome.get()
        for violation in violations { print("VIOLATED: \(violation)") }
        guard violations.isEmpty else { throw ExitCode(1) }
        print("nothing was violated")
    }
}
