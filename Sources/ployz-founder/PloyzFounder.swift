import ArgumentParser
import Foundation
import LabScenarios

/// Loses the founder, alone in the store and as one of three, then the store itself, while clients write.
@main
struct PloyzFounder: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ployz-founder",
        abstract: "What the loss of the founder, and of the store, does to a cluster of three machines."
    )

    @Flag(help: "Leave the lab up.")
    var keep = false

    @Flag(help: "Only the loss of the store, with three members.")
    var onlyStore = false

    func run() async throws {
        // The same as scripts/founder takes down.
        let name = ProcessInfo.processInfo.environment["PLOYZ_FOUNDER_LAB"] ?? "founder"
        let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
        let machines = FounderCluster.machines
        let lab = try await FounderCluster.form(name: name, checkout: checkout)
        var findings = FounderFindings { line in
            print("\(line.isRight ? "" : "VIOLATED: ")\(line.part): \(line.what): \(line.seen)")
        }
        do {
            let cluster = try await FounderCluster.deploy(in: lab)
            if onlyStore {
                for machine in machines.dropFirst() { _ = try await cluster.grow(by: machine) }
            } else {
                try await FounderLoss(cluster).run(&findings)
            }
            try await StoreLoss(cluster).run(&findings)
        } catch {
            print("\n\(findings)\n")
            try? await lab.saveLogs(of: machines)
            if !keep { try? await lab.down() }
            throw error
        }
        print("\n\(findings)\n")
        if !findings.violations.isEmpty { try? await lab.saveLogs(of: machines) }
        if !keep { try await lab.down() }
        for violation in findings.violations { print("VIOLATED: \(violation)") }
        if !findings.violations.isEmpty { throw ExitCode(1) }
    }
}
