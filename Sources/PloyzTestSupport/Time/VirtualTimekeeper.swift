import Dispatch
package import Foundation
import PloyzMigration
import Synchronization

/// Virtual time and the executor that goes with it: one thread, first come first served, and the clock jumps to the next
/// timer when nothing can run. So a test of minutes takes milliseconds, and the same test runs the same way every time.
///
/// Only what runs inside ``run(_:)`` may use it. Unstructured tasks leave the executor, except those of ``spawn(_:)``,
/// and are not for code under test. What still runs or waits when the body has ended is dropped.
package final class VirtualTimekeeper: Timekeeper, TaskExecutor {
    private struct Timer {
        let number: Int
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Duration = .zero
        var jobs: [UnownedJob] = []
        /// Index of the first job that has not run.
        var nextJob = 0
        var timers: [Timer] = []
        var nextTimer = 0
        /// Sleeps that were cancelled before they had begun.
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    package init() {}

    package var now: Duration { state.withLock { $0.now } }

    /// 2026-01-01T00:00:00Z and what has passed since.
    package var date: Date {
        let (seconds, attoseconds) = now.components
        return Date(timeIntervalSince1970: 1_767_225_600 + Double(seconds) + Double(attoseconds) / 1e18)
    }

    package func sleep(for duration: Duration) async throws {
        let number = state.withLock { state in
            state.nextTimer += 1
            return state.nextTimer
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    guard state.cancelled.remove(number) == nil else { return true }
                    let deadline = state.now + max(.zero, duration)
                    // Kept in the order in which they ring; of equals, the one that was set first.
                    let index = state.timers.partitioningIndex { $0.deadline > deadline }
                    let timer = Timer(number: number, deadline: deadline, continuation: continuation)
                    state.timers.insert(timer, at: index)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let timer = state.withLock { state -> Timer? in
                guard let index = state.timers.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.timers.remove(at: index)
            }
            timer?.continuation.resume(throwing: CancellationError())
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        wake.signal()
    }

    /// Starts what belongs to no task of the code under test: a machine's daemon, a message on its way.
    @discardableResult
    package func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task.detached(executorPreference: self) { await body() }
    }

    /// Nothing can run, no timer is set, and the body has not ended: it waits for something that never comes.
    package struct Deadlock: Error, CustomStringConvertible {
        package let now: Duration
        package var description: String { "everything waits at \(now), for nothing that will come" }
    }

    /// Runs `body` and everything that it starts to the end, on the calling thread.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let box = ResultBox<Value>()
        Task(executorPreference: self) {
            do {
                box.set(.success(try await body()))
            } catch {
                box.set(.failure(error))
            }
        }
        while true {
            if let job = nextJob() {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if let result = box.get() {
                return try result.get()
            } else if let timer = nextTimer() {
                timer.continuation.resume()
            } else if wake.wait(timeout: .now() + .seconds(5)) == .timedOut {
                throw Deadlock(now: now)
            }
        }
    }

    private func nextJob() -> UnownedJob? {
        state.withLock { state in
            guard state.nextJob < state.jobs.count else {
                state.jobs.removeAll(keepingCapacity: true)
                state.nextJob = 0
                return nil
            }
            defer { state.nextJob += 1 }
            return state.jobs[state.nextJob]
        }
    }

    private func nextTimer() -> Timer? {
        state.withLock { state in
            guard !state.timers.isEmpty else { return nil }
            let timer = state.timers.removeFirst()
            state.now = max(state.now, timer.deadline)
            return timer
        }
    }
}

extension Array {
    /// The first index whose element, and all after it, fulfil `belongsBehind`.
    fileprivate func partitioningIndex(where belongsBehind: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

private final class ResultBox<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }
    func get() -> Result<Value, any Error>? { result.withLock { $0 } }
}
