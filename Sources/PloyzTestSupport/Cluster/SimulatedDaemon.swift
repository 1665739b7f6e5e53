import PloyzMigration
import PloyzModel
import Synchronization

/// One life of a machine's daemon: what it has in memory, and the tasks that end with it.
///
/// A dead daemon's tasks are cancelled, and every seam refuses them: what they had under way has no effect any more, as
/// with a process that was killed.
package final class SimulatedDaemon: Sendable {
    /// Which daemon a task belongs to, and what it does there.
    struct Place: Sendable {
        let daemon: SimulatedDaemon
        let activity: String
    }

    /// nil for what is no daemon's doing: clients, the network, the store.
    @TaskLocal static var current: Place?

    private struct State {
        var isDead = false
        var tasks: [Int: Task<Void, Never>] = [:]
        /// What to tell those who wait for an answer when the daemon dies.
        var hangUps: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    let machine: String
    let agent: TargetAgent
    let engine: MigrationEngine
    /// Of the migrations that a task has.
    let signals = Mutex<[OperationID: CancelSignal]>([:])
    /// Whether the keeper of workloads found everything as it should be when it looked last, and does not look just now.
    let keeps = Mutex(false)
    private let time: VirtualTimekeeper
    private let state = Mutex(State())

    init(machine: String, agent: TargetAgent, engine: MigrationEngine, time: VirtualTimekeeper) {
        self.machine = machine
        self.agent = agent
        self.engine = engine
        self.time = time
    }

    var isDead: Bool { state.withLock { $0.isDead } }

    /// Starts a task of this daemon; of a dead one, none.
    func spawn(_ activity: String, _ body: @escaping @Sendable () async -> Void) {
        let place = Place(daemon: self, activity: activity)
        let number = state.withLock { state -> Int? in
            guard !state.isDead else { return nil }
            state.next += 1
            return state.next
        }
        guard let number else { return }
        let task = time.spawn { [self] in
            await Self.$current.withValue(place) { await body() }
            state.withLock { _ = $0.tasks.removeValue(forKey: number) }
        }
        state.withLock { $0.tasks[number] = task }
    }

    /// Does what a request asks for in a task of the daemon, which goes on when the caller gives up.
    ///
    /// - Throws: `peer-unreachable` when the daemon is dead or dies meanwhile, and what `body` throws. When the machine
    ///   loses its power nothing comes back.
    func serve<Value: Sendable>(
        _ activity: String,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let reply = Reply<Value>()
        let hungUp = PloyzError(.peerUnreachable, "the connection to \(machine) was reset")
        let number = state.withLock { state -> Int? in
            guard !state.isDead else { return nil }
            state.next += 1
            state.hangUps[state.next] = { reply.set(.failure(hungUp)) }
            return state.next
        }
        guard let number else { throw PloyzError(.peerUnreachable, "\(machine) refuses the connection") }
        spawn(activity) { [self] in
            let result: Result<Value, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            let isAlive = state.withLock { state in
                state.hangUps[number] = nil
                return !state.isDead
            }
            if isAlive { reply.set(result) }
        }
        return try await reply.wait()
    }

    func die(withPower isPowerLost: Bool) {
        let (tasks, hangUps) = state.withLock { state in
            state.isDead = true
            defer {
                state.tasks = [:]
                state.hangUps = [:]
            }
            return (state.tasks.sorted { $0.key < $1.key }, state.hangUps.sorted { $0.key < $1.key })
        }
        for task in tasks { task.value.cancel() }
        if !isPowerLost { for hangUp in hangUps { hangUp.value() } }
    }
}

/// An answer that one task waits for and another gives, or nobody.
private final class Reply<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiter: CheckedContinuation<Value, any Error>?
    }

    private let state = Mutex(State())

    /// The first answer counts.
    func set(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard state.result == nil else { return nil }
            state.result = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: result)
    }

    func wait() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state in
                    if state.result == nil { state.waiter = continuation }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            set(.failure(CancellationError()))
        }
    }
}
