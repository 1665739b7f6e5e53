import Foundation
import LabScenarios

/// Plays the cases that were asked for, one after the other, in one lab; a lab that a case has spoilt is made anew.
struct FaultRun {
    let cases: [FaultCase]
    let kind: LabKind
    /// Whether cases that an earlier run has passed are left out.
    let resumes: Bool
    /// Whether the lab stays up.
    let keeps: Bool

    private static var lab: String { Lab.name(in: "PLOYZ_FAULTS_LAB", otherwise: "faults") }

    /// - Returns: whether every case passed.
    func run() async throws -> Bool {
        let checkout = Lab.checkout
        let file = checkout.appending(path: ".build/faults/\(Self.lab)-\(kind.rawValue).jsonl")
        var history = try FaultHistory(file, resumes: resumes)
        let waiting = cases.filter { !history.has($0) }
        if waiting.count < cases.count {
            tell("\(cases.count - waiting.count) cases have passed before")
        }
        var stage: FaultStage?
        for fault in waiting {
            let ready: FaultStage
            if let stage {
                ready = stage
            } else {
                ready = try await FaultStage.set(named: Self.lab, kind: kind, checkout: checkout)
            }
            let verdict = await ready.play(fault)
            try history.add(verdict)
            tell(verdict.line)
            stage = await after(verdict, on: ready)
        }
        if let stage {
            try await compare(history.verdicts, on: stage)
            if !keeps { try await stage.strike() }
        }
        return summary(history.verdicts.filter { verdict in cases.contains { $0.name == verdict.name } })
    }

    /// The stage for the next case; nil when it must be set anew.
    private func after(_ verdict: FaultVerdict, on stage: FaultStage) async -> FaultStage? {
        guard !verdict.passed else { return stage }
        do {
            try await stage.lab.saveLogs(of: FaultStage.machines, as: verdict.name)
            try await stage.recover()
            return stage
        } catch {
            tell("    the lab is made anew: \(error)")
            if keeps { return nil }
            try? await stage.strike()
            return nil
        }
    }

    /// Tells the gap of a migration that fails beside that of one that succeeds, and of a restart.
    private func compare(_ verdicts: [FaultVerdict], on stage: FaultStage) async throws {
        let names = cases.filter(\.isCompared).map(\.name)
        let compared = verdicts.filter { names.contains($0.name) && $0.passed && $0.gap != nil }
        guard Set(compared.map(\.outcome)).count > 1 else { return }
        tell("\nthe longest gap that a client saw:")
        for verdict in compared {
            tell("  \(verdict.name.padded(to: 26)) \(verdict.outcome.padded(to: 9)) \(text(verdict.gap ?? 0))")
        }
        let restarts = try await stage.gapsOfRestarts(3)
        tell("  \("docker restart".padded(to: 26)) \("-".padded(to: 9)) \(restarts.map(text).joined(separator: ", "))")
    }

    private func text(_ seconds: Double) -> String { "\(Int((seconds * 1000).rounded())) ms" }

    /// A line that is seen at once, also by a pipe.
    private func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    private func summary(_ verdicts: [FaultVerdict]) -> Bool {
        let failed = verdicts.filter { !$0.passed }
        if !failed.isEmpty {
            print("\nfailed:")
            for verdict in failed { print("  \(verdict.name): \(verdict.claim)") }
        }
        let skipped = cases.count - verdicts.count
        print("\n\(verdicts.count - failed.count) passed, \(failed.count) failed, \(skipped) skipped")
        return failed.isEmpty && skipped == 0
    }
}
