import ArgumentParser
import Foundation
import LabScenarios

/// Shows of every attempt of a stranger that it is refused, by what, and at what cost to others.
@main
struct PloyzHostile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostile",
        abstract: "Lets strangers try everything on a written list, and shows that each is refused."
    )

    /// How much longer a bystander may wait than on an idle daemon.
    private static let slowdown = 3.0
    /// Memory that may be left: a share of what was there before, and KiB.
    private static let growth = (share: 0.2, fixed: 32 << 10)

    @Flag(help: "Leave the lab up.")
    var keep = false

    @Option(help: "Only lines whose stranger or attempt contains this; may be given several times.")
    var only: [String] = []

    @Flag(help: "Do not switch guards off.")
    var guardedOnly = false

    @Flag(help: "Tell every attempt when it was made.")
    var verbose = false

    func run() async throws {
        let name = Lab.name(in: "PLOYZ_HOSTILE_LAB", otherwise: "hostile")
        let isRight = try await Lab.run(named: name, machines: HostileStage.machines.count, keeps: keep) { lab in
            try await run(in: lab)
        }
        guard isRight else { throw ExitCode.failure }
    }

    private func run(in lab: Lab) async throws -> Bool {
        let stage = try await HostileStage.prepare(lab)
        let lines = HostileLine.all.filter { line in
            only.isEmpty || only.contains { line.attempt.contains($0) || line.stranger.rawValue.contains($0) }
        }
        let isVerbose = verbose
        let run = HostileRun(stage, lines) { if isVerbose { print($0) } }

        let (before, idle) = try await Bystander.during(lab, "idle") {
            try await Task.sleep(for: .seconds(20))
            return try await stage.memory()
        }
        let (guarded, attacked) = try await Bystander.during(lab, "attacked") { try await run.guarded() }
        try await Task.sleep(for: .seconds(60))
        let after = try await stage.memory()
        let verdicts = guardedOnly ? guarded : try await run.proved(guarded)

        print("\n\(HostileTable(verdicts))")
        print("\nmachine ls of a bystander, idle:       \(idle.description)")
        print("machine ls of a bystander, under attack: \(attacked.description)")
        print("memory of the daemon: \(before >> 10) MiB before, \(after >> 10) MiB 60 s after\n")

        var violations = verdicts.flatMap { verdict in
            verdict.violations.map { "\(verdict.line.stranger.rawValue): \(verdict.line.attempt): \($0)" }
        }
        if attacked.median > idle.median * Self.slowdown || attacked.p95 > idle.p95 * Self.slowdown {
            violations.append("a bystander waited more than \(Self.slowdown) times as long as on an idle daemon")
        }
        if attacked.failed > idle.failed { violations.append("\(attacked.failed) calls of a bystander failed") }
        let most = Double(before) * (1 + Self.growth.share) + Double(Self.growth.fixed)
        if Double(after) > most { violations.append("the daemon's memory stayed above \(Int(most) >> 10) MiB") }
        for violation in violations { print("VIOLATED: \(violation)") }

        let through = verdicts.count { !$0.attempt.refused }
        let unguarded = verdicts.count { $0.unguarded?.refused == false }
        let controls = verdicts.count { $0.control?.refused == false }
        print(
            "\(verdicts.count - through) refused, \(through) got through, \(unguarded) succeeded with their guard off, "
                + "\(controls) with the right credential, \(violations.count) violations"
        )
        return violations.isEmpty
    }
}
