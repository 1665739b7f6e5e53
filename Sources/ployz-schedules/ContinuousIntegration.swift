import ArgumentParser
import Foundation
import PloyzTestSupport

/// What every change is checked with: a bounded time, and the same schedules every time.
struct ContinuousIntegration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ci",
        abstract: "Singles of every scenario and a sample of pairs, drawn by a seed, within a time."
    )

    @OptionGroup var options: Options

    @Option(help: "Only every so manieth single of a scenario.")
    var every = 1

    @Option(help: "What singles and pairs are drawn by.")
    var seed: UInt64 = 1

    func run() throws {
        let workers = Workers(jobs: options.jobs, budget: options.budget ?? 140)
        for scenario in try options.scenarios {
            let all = ScheduleSpace.singles(of: scenario)
            let drawn = ScheduleSpace.draw(all.count / max(1, every), of: all, seed: seed)
            let (before, began) = (workers.counts, Date())
            workers.each(drawn.count) { workers.attempt(drawn[$0]) }
            tell(scenario, "of \(all.count) singles, drawn by seed \(seed)", before, workers, since: began)
        }
        for scenario in try options.scenarios {
            try Pairs.run(scenario, firsts: 12, seconds: 5, seed: seed, workers, options)
        }
        let counts = workers.counts
        print("schedules: \(counts.run) in all, \(counts.failed) violations, seed \(seed)")
        try options.conclude(workers)
    }
}
