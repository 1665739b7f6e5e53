import ArgumentParser
import Foundation
import PloyzTestSupport

struct Pairs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets every pair of calls go wrong, the second among those that the run with the first makes."
    )

    @OptionGroup var options: Options

    @Option(help: "Only so many first faults of each scenario, drawn by --seed; without it, all of them.")
    var firsts: Int?

    @Option(help: "Only so many second faults after each first, drawn by --seed; without it, all of them.")
    var seconds: Int?

    @Option(help: "What is drawn by.")
    var seed: UInt64 = 1

    func run() throws {
        let workers = Workers(jobs: options.jobs, budget: options.budget)
        for scenario in try options.scenarios {
            try Self.run(scenario, firsts: firsts, seconds: seconds, seed: seed, workers, options)
        }
        try options.conclude(workers)
    }

    static func run(
        _ scenario: String,
        firsts: Int?,
        seconds: Int?,
        seed: UInt64,
        _ workers: Workers,
        _ options: Options
    ) throws {
        let all = try options.part(of: ScheduleSpace.singles(of: scenario))
        let singles = ScheduleSpace.draw(firsts ?? all.count, of: all, seed: seed)
        let (before, began) = (workers.counts, Date())
        workers.each(singles.count) { index in
            // The run with the first alone tells which calls can follow; singles count it.
            guard let report = ScheduleRun.report(of: singles[index]) else { return }
            let pairs = ScheduleSpace.pairs(after: report)
            for pair in ScheduleSpace.draw(seconds ?? pairs.count, of: pairs, seed: seed &+ UInt64(index)) {
                guard !workers.isOver else { return }
                workers.attempt(pair)
            }
        }
        let drawn = firsts == nil && seconds == nil ? "" : ", drawn by seed \(seed)"
        tell(scenario, "pairs after \(singles.count) of \(all.count) singles\(drawn)", before, workers, since: began)
    }
}
