import ArgumentParser
import PloyzTestSupport

struct Survey: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Prints what is where when both daemons die at the beginning of a step: the table of docs/recovery.md."
    )

    func run() throws {
        print("| stopped in | workload | source | target | store | who goes on |")
        print("|---|---|---|---|---|---|")
        for row in try CrashSurvey.rows() { print("| \(row.cells.joined(separator: " | ")) |") }
    }
}
