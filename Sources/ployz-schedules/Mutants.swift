import ArgumentParser
import Foundation
import PloyzMigration
import PloyzTestSupport

struct Mutants: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Breaks the engine in known ways, one after the other: each must be found, and only then."
    )

    @OptionGroup var options: Options

    @Option(help: "Only these mutants; may be repeated.")
    var mutant: [String] = []

    @Flag(help: "Looks for a schedule that finds a mutant which the known seeds do not find.")
    var hunt = false

    func run() throws {
        guard Mutant.areCompiledIn else { throw ValidationError("this build has no mutants: -Xswiftc -DPLOYZ_MUTANTS") }
        let chosen = try mutant.map { name in
            guard let mutant = Mutant(rawValue: name) else { throw ValidationError("there is no mutant '\(name)'") }
            return mutant
        }
        var missed: [Mutant] = []
        let all = chosen.isEmpty ? Mutant.allCases : chosen
        for mutant in all where !isCaught(mutant) { missed.append(mutant) }
        print("mutants: \(all.count - missed.count) of \(all.count) caught")
        guard missed.isEmpty else {
            print("not caught: \(missed.map(\.rawValue).joined(separator: ", "))")
            throw ExitCode.failure
        }
    }

    private func isCaught(_ mutant: Mutant) -> Bool {
        for seed in MutantSeeds.seeds(for: mutant) {
            guard let schedule = Schedule(seed) else {
                print("\(mutant.rawValue): this is no seed: \(seed)")
                return false
            }
            if let report = Self.difference(mutant, schedule) { return tell(mutant, report) }
        }
        return hunt && hunted(mutant)
    }

    private func tell(_ mutant: Mutant, _ report: ScheduleReport) -> Bool {
        print("\(mutant.rawValue)\n    caught by: \(report.schedule)\n    \(report.violations.first ?? "")")
        fflush(nil)
        return true
    }

    /// What the schedule finds in the broken engine, if it finds nothing in the whole one.
    private static func difference(_ mutant: Mutant, _ schedule: Schedule) -> ScheduleReport? {
        Mutant.activate(mutant)
        let broken = ScheduleRun.report(of: schedule)
        Mutant.activate(nil)
        guard let broken, !broken.violations.isEmpty, let whole = ScheduleRun.report(of: schedule),
            whole.violations.isEmpty
        else { return nil }
        return broken
    }

    /// Without faults, then singles, then pairs, in an order that a seed decides.
    private func hunted(_ mutant: Mutant) -> Bool {
        let deadline = Date().addingTimeInterval(options.budget ?? 120)
        let scenarios = (try? options.scenarios) ?? []
        for scenario in scenarios {
            if let report = Self.difference(mutant, Schedule(scenario)) { return tell(mutant, report) }
        }
        let focus = MutantSeeds.focus(of: mutant)
        let isIn = { (schedule: Schedule) in
            focus.isEmpty || focus.contains { schedule.strikes.first?.call.description.contains($0) ?? false }
        }
        let singles = scenarios.flatMap { ScheduleSpace.singles(of: $0) }.filter(isIn)
        let drawn = ScheduleSpace.draw(singles.count, of: singles, seed: 1)
        var tried = 0
        for schedule in drawn {
            guard Date() < deadline else { break }
            tried += 1
            if let report = Self.difference(mutant, schedule) { return tell(mutant, report) }
        }
        for first in drawn {
            guard Date() < deadline, let report = ScheduleRun.report(of: first) else { break }
            for pair in ScheduleSpace.draw(40, of: ScheduleSpace.pairs(after: report), seed: UInt64(tried)) {
                guard Date() < deadline else { break }
                tried += 1
                if let report = Self.difference(mutant, pair) { return tell(mutant, report) }
            }
        }
        print("\(mutant.rawValue): not caught by \(tried) schedules of \(singles.count) singles")
        fflush(nil)
        return false
    }
}
