import ArgumentParser
import Foundation
import PloyzTestSupport
import Synchronization

/// What every change is checked with: a bounded time, and the same schedules in the same order every time.
struct ContinuousIntegration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ci",
        abstract: "Singles of every scenario and pairs after some of them, drawn by a seed, within a time."
    )

    @OptionGroup var options: Options

    @Option(help: "Of so many singles of a scenario one is run.")
    var oneOf = 5

    @Option(help: "Of so many of those one is followed by pairs.")
    var pairsAfterOneOf = 12

    @Option(help: "So many pairs follow it.")
    var pairs = 4

    @Option(help: "What is drawn by.")
    var seed: UInt64 = 1

    func run() throws {
        let workers = Workers(jobs: options.jobs, budget: options.budget ?? 130)
        let singles = try options.scenarios.flatMap { scenario in
            let all = ScheduleSpace.singles(of: scenario)
            return ScheduleSpace.draw(all.count / max(1, oneOf), of: all, seed: seed)
        }
        // All scenarios at once: when the host is slow, each has its part of what was run.
        let drawn = ScheduleSpace.shuffled(singles, seed: seed)
        let counts = Mutex<[String: (singles: Int, pairs: Int, failed: Int)]>([:])
        workers.each(drawn.count) { index in
            guard let report = workers.attempt(drawn[index]) else { return }
            let second = index % max(1, pairsAfterOneOf) == 0 ? ScheduleSpace.pairs(after: report) : []
            let reports = ScheduleSpace.draw(pairs, of: second, seed: seed &+ UInt64(index)).compactMap {
                workers.attempt($0)
            }
            counts.withLock { counts in
                var count = counts[report.schedule.scenario] ?? (0, 0, 0)
                count.singles += 1
                count.pairs += reports.count
                count.failed += (reports + [report]).filter { !$0.violations.isEmpty }.count
                counts[report.schedule.scenario] = count
            }
        }
        for (scenario, count) in counts.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            print(
                "schedules: \(scenario): \(count.singles) singles, \(count.pairs) pairs, \(count.failed) violations"
            )
        }
        let total = workers.counts
        let rest = workers.isOver ? ", when the time was over; \(drawn.count) singles were drawn" : ""
        print("schedules: \(total.run) in all, \(total.failed) violations, seed \(seed)\(rest)")
        try options.conclude(workers)
    }
}
