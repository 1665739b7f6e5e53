import ArgumentParser
import LabScenarios

/// Drains a machine under traffic, brings everything home, and drains it through a power loss while another is drained.
@main
struct PloyzDrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Shows what a drain does to clients, and that it ends whatever happens."
    )

    @Flag(help: "Leave the lab up.")
    var keep = false

    func run() async throws {
        let name = Lab.name(in: "PLOYZ_DRAIN_LAB", otherwise: "drain")
        let isRight = try await Lab.run(named: name, machines: DrainProof.machines.count, keeps: keep) { lab in
            let violations = try await DrainProof.deploy(in: lab).run()
            for violation in violations { print("VIOLATED: \(violation)") }
            return violations.isEmpty
        }
        guard isRight else { throw ExitCode.failure }
        print("nothing was violated")
    }
}
