import Dispatch
import Foundation
import PloyzTestSupport
import Synchronization

/// Runs schedules on several threads, each in a virtual time of its own, and counts.
final class Workers: Sendable {
    struct Counts: Sendable {
        var run = 0
        var failed = 0
    }

    private struct State {
        var counts = Counts()
        var failures: [ScheduleReport] = []
    }

    private let jobs: Int
    private let deadline: Date?
    private let state = Mutex(State())
    /// Of more, only their number is told.
    private static let shown = 20

    /// - Parameters:
    ///   - jobs: how many threads.
    ///   - budget: seconds after which no schedule is begun any more; nil for none.
    init(jobs: Int, budget: Double?) {
        self.jobs = jobs
        deadline = budget.map { Date().addingTimeInterval($0) }
    }

    var failures: [ScheduleReport] { state.withLock { $0.failures } }
    /// Of everything so far.
    var counts: Counts { state.withLock { $0.counts } }
    var isOver: Bool { deadline.map { $0 < Date() } ?? false }

    /// Calls `body` with 0 up to `count`, on all threads, in any order, until the time is over.
    func each(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let next = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            while !isOver {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < count else { return }
                body(index)
            }
        }
    }

    /// Runs one schedule; a failing one is told at once.
    @discardableResult
    func attempt(_ schedule: Schedule) -> ScheduleReport? {
        guard let report = ScheduleRun.report(of: schedule) else { return nil }
        let isShown = state.withLock { state in
            state.counts.run += 1
            guard !report.violations.isEmpty else { return false }
            state.counts.failed += 1
            state.failures.append(report)
            return state.failures.count <= Self.shown
        }
        if isShown {
            let lines = ["FAILED \(report.schedule)"] + report.violations.map { "       \($0)" }
            print(lines.joined(separator: "\n"))
            fflush(nil)
        }
        return report
    }
}

/// Tells what was run of one scenario since `before`.
func tell(_ scenario: String, _ what: String, _ before: Workers.Counts, _ workers: Workers, since began: Date) {
    let run = workers.counts.run - before.run
    let failed = workers.counts.failed - before.failed
    let seconds = Date().timeIntervalSince(began).formatted(.number.precision(.fractionLength(1)))
    print("schedules: \(scenario): \(run) \(what), \(failed) violations, \(seconds) s")
    fflush(nil)
}
