import ArgumentParser
import Foundation
import PloyzTestSupport

struct Singles: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lets every call of every scenario go wrong once.")

    @OptionGroup var options: Options

    func run() throws {
        let workers = Workers(jobs: options.jobs, budget: options.budget)
        for scenario in try options.scenarios { try Self.run(scenario, workers, options) }
        try options.conclude(workers)
    }

    static func run(_ scenario: String, _ workers: Workers, _ options: Options) throws {
        let schedules = try options.part(of: ScheduleSpace.singles(of: scenario))
        let (before, began) = (workers.counts, Date())
        workers.each(schedules.count) { workers.attempt(schedules[$0]) }
        tell(scenario, "of \(schedules.count) singles", before, workers, since: began)
    }
}
