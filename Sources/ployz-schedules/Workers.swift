import Dispatch
import Foundation
import PloyzTestSupport
import Synchronization

/// Runs schedules on several threads, each in a virtual time of its own, and counts.
final class Workers: Sendable {
    private struct Tally {
        var run = 0
        var failures: [ScheduleReport] = []
    }

    private let jobs: Int
    private let deadline: Date?
    private let tally = Mutex(Tally())
    /// Of more, only their number is told.
    private static let shown = 20

    /// - Parameters:
    ///   - jobs: how many threads.
    ///   - budget: seconds after which no schedule is begun any more; nil for none.
    init(jobs: Int, budget: Double?) {
        self.jobs = jobs
        deadline = budget.map { Date().addingTimeInterval($0) }
    }

    var failures: [ScheduleReport] { tally.withLock { $0.failures } }
    var isOver: Bool { deadline.map { $0 < Date() } ?? false }

    /// Runs every schedule and hands each report to `body`, on any thread, in any order.
    ///
    /// - Returns: how many were run, and how many of them failed.
    @discardableResult
    func run(
        _ schedules: [Schedule],
        _ body: @Sendable (ScheduleReport) -> Void = { _ in }
    ) -> (run: Int, failed: Int) {
        let next = Mutex(0)
        let counts = Mutex((run: 0, failed: 0))
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            while !isOver {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < schedules.count, let report = ScheduleRun.report(of: schedules[index]) else { return }
                counts.withLock { counts in
                    counts.run += 1
                    if !report.violations.isEmpty { counts.failed += 1 }
                }
                if !report.violations.isEmpty { tell(report) }
                body(report)
            }
        }
        return counts.withLock { $0 }
    }

    private func tell(_ report: ScheduleReport) {
        let number = tally.withLock { tally in
            tally.failures.append(report)
            return tally.failures.count
        }
        guard number <= Self.shown else { return }
        let lines = ["FAILED \(report.schedule)"] + report.violations.map { "       \($0)" }
        print(lines.joined(separator: "\n"))
        fflush(nil)
    }
}
