import ArgumentParser
import PloyzTestSupport

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs one schedule again and prints what happened.")

    @Argument(help: "A seed, as a failing run prints it; a scenario's name alone runs it without faults.")
    var seed: String

    func run() throws {
        guard let schedule = Schedule(seed), let report = ScheduleRun.report(of: schedule, isTraced: true) else {
            throw ValidationError("this is no seed: \(seed)")
        }
        for line in report.trace { print(line) }
        for ending in report.endings { print("operator: \(ending)") }
        for strike in schedule.strikes where !report.struck.contains(strike.call) {
            print("did not strike: \(strike)")
        }
        for violation in report.violations { print("VIOLATION \(violation)") }
        guard report.violations.isEmpty else { throw ExitCode.failure }
        print("no violation")
    }
}
