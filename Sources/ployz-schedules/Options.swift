import ArgumentParser
import Foundation
import PloyzTestSupport

struct Options: ParsableArguments {
    @Option(help: "Only these scenarios; may be repeated.")
    var scenario: [String] = []

    @Option(help: "Seconds after which no schedule is begun any more.")
    var budget: Double?

    @Option(help: "Threads.")
    var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Only part I of N of the schedules, as I/N.")
    var shard: String?

    @Option(help: "Writes the seed and the violations of every failing schedule to this file.")
    var failures: String?

    var scenarios: [String] {
        get throws {
            for name in scenario where Scenario.named(name) == nil {
                throw ValidationError(
                    "there is no scenario '\(name)'; there are \(Scenario.all.map(\.name).joined(separator: ", "))"
                )
            }
            return scenario.isEmpty ? Scenario.all.map(\.name) : scenario
        }
    }

    /// Those of `schedules` that this shard has.
    func part(of schedules: [Schedule]) throws -> [Schedule] {
        guard let shard else { return schedules }
        let numbers = shard.split(separator: "/").compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] >= 1, numbers[0] <= numbers[1] else {
            throw ValidationError("--shard is I/N, with I from 1 to N")
        }
        return schedules.enumerated().filter { $0.offset % numbers[1] == numbers[0] - 1 }.map(\.element)
    }

    /// Ends the command: with an error when a schedule failed.
    func conclude(_ workers: Workers) throws {
        let failed = workers.failures
        if let failures {
            let lines = failed.map { "\($0.schedule)\t\($0.violations.joined(separator: "\t"))\n" }
            try lines.joined().write(toFile: failures, atomically: true, encoding: .utf8)
        }
        guard failed.isEmpty else {
            if failed.count > 20 { print("… and \(failed.count - 20) more") }
            print("replay one with: scripts/schedules replay '\(failed[0].schedule)'")
            throw ExitCode.failure
        }
    }
}
