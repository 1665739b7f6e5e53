import ArgumentParser
import LabScenarios

/// Plays faults in a lab under writing clients and prints a line for each.
@main
struct PloyzFaults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults",
        abstract: "Plays faults at every boundary of a migration, under writing clients."
    )

    @Argument(help: "Cases, or the numbers of cases; all unless given.")
    var names: [String] = []

    @Option(help: "What the machines are: netns or vm.")
    var kind = LabKind.netns

    @Flag(name: .customLong("list"), help: "Say what there is.")
    var lists = false

    @Flag(name: .customLong("subset"), help: "Only those that scripts/test plays.")
    var isSubset = false

    @Flag(name: .customLong("resume"), help: "Go on where an interrupted run was.")
    var resumes = false

    @Flag(name: .customLong("keep"), help: "Leave the lab up.")
    var keeps = false

    func run() async throws {
        let cases: [FaultCase]
        do {
            cases = try FaultCase.named(names, in: kind).filter { !isSubset || $0.isRepresentative }
        } catch {
            throw ValidationError("\(error)")
        }
        guard !lists else { return Self.list(cases) }
        let run = FaultRun(cases: cases, kind: kind, resumes: resumes, keeps: keeps)
        guard try await run.run() else { throw ExitCode.failure }
    }

    private static func list(_ cases: [FaultCase]) {
        for fault in cases {
            let mark = fault.isRepresentative ? "*" : " "
            print("\(mark) \(fault.name.padded(to: 26)) \(fault.ending.rawValue.padded(to: 9)) \(fault.claim)")
        }
        print("\(cases.count) cases; * is part of scripts/test")
    }
}

extension LabKind: ExpressibleByArgument {}
