import Foundation
import PloyzMigration
import PloyzModel
import Synchronization

/// Repeats a probe until it succeeds or its time is up.
struct ReadinessWait: Sendable {
    /// Between two tries: short, because it is part of the downtime, and cheap inside one machine.
    static let interval = Duration.milliseconds(3)
    /// Between two tries that start a process.
    static let processInterval = Duration.milliseconds(50)
    /// A server that accepts and then hangs costs one try no more than this.
    static let tryLimit = Duration.seconds(1)

    /// Connects from inside the network of `sandbox`, on a thread of its own that enters that network and ends with it.
    ///
    /// - Throws: ``PloyzError`` with `not-ready`; `CancellationError` when the task is cancelled.
    static func network(
        _ probe: NetworkProbe,
        at address: IPv4Address,
        sandbox: SandboxNetwork,
        timeout: Duration
    ) async throws {
        let isCancelled = CancelFlag()
        let isReady = try await withTaskCancellationHandler {
            try await sandbox.run {
                let end = ContinuousClock.now + timeout
                repeat {
                    let now = ContinuousClock.now
                    if probe.succeeds(at: address, deadline: min(end, now + tryLimit)) { return true }
                    // Blocking is right here: the thread is the probe's own.
                    Thread.sleep(forTimeInterval: interval / .seconds(1))
                } while ContinuousClock.now < end && !isCancelled.isSet
                return false
            }
        } onCancel: {
            isCancelled.set()
        }
        try Task.checkCancellation()
        guard isReady else { throw notReady("nothing good answered on \(address):\(probe.port)", timeout) }
    }

    /// Runs a command in the instance until it exits with 0.
    ///
    /// - Throws: ``PloyzError`` with `not-ready`; `CancellationError` when the task is cancelled.
    static func command(_ command: [String], timeout: Duration, execute: @escaping Execute) async throws {
        let isReady = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                while true {
                    // A command that cannot be run yet, because the workload is still starting, is not ready either.
                    if (try? await execute(command)) == 0 { return true }
                    try await Task.sleep(for: processInterval)
                }
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        guard isReady else { throw notReady("the command \(command.first ?? "") did not exit with 0", timeout) }
    }

    /// Runs a command inside an instance and returns its exit status.
    typealias Execute = @Sendable ([String]) async throws -> Int32

    private static func notReady(_ what: String, _ timeout: Duration) -> PloyzError {
        PloyzError(
            .notReady,
            "\(what) within \(Microseconds(timeout))",
            next: "look at the workload's log, or give the readiness a longer timeout"
        )
    }
}

/// Tells a thread that its caller does not wait any more.
private final class CancelFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
