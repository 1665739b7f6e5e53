import PloyzMigration
import PloyzModel
import Synchronization

/// What happened in the migrations that this machine drives, for whoever watches them.
final class EventHub: Sendable {
    fileprivate struct Channel {
        var history: [MigrationEvent] = []
        var watchers: [Int: AsyncThrowingStream<MigrationEvent, any Error>.Continuation] = [:]
        var isFinished = false
    }

    private struct State {
        var channels: [OperationID: Channel] = [:]
        var order: [OperationID] = []
        var nextWatcher = 0

        mutating func open(_ operation: OperationID) {
            guard channels[operation] == nil else { return }
            channels[operation] = Channel()
            order.append(operation)
            // One that runs is kept however many there are: somebody may be watching it.
            if order.count > EventHub.kept, let oldest = order.firstIndex(where: { channels[$0]?.isFinished ?? true }) {
                channels[order.remove(at: oldest)] = nil
            }
        }
    }

    /// Operations whose events are kept, the oldest that has ended forgotten first: who watches that one gets its report, of
    /// which the store has the record.
    fileprivate static let kept = 8
    /// Events kept for one operation; of more, the oldest progress lines are forgotten.
    private static let history = 4096

    private let state = Mutex(State())

    /// Makes the operation known before its first event: whoever watches from now on waits for it.
    func open(_ operation: OperationID) {
        state.withLock { $0.open(operation) }
    }

    func publish(_ event: MigrationEvent) {
        let watchers = state.withLock { state in
            state.open(event.operation)
            state.channels[event.operation]?.add(event, limit: Self.history)
            return Array((state.channels[event.operation]?.watchers ?? [:]).values)
        }
        for watcher in watchers {
            watcher.yield(event)
            if case .finished = event.content { watcher.finish() }
        }
    }

    /// What happened so far and what happens; nil when nothing is known of the operation here.
    func watch(_ operation: OperationID) -> AsyncThrowingStream<MigrationEvent, any Error>? {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: MigrationEvent.self)
        let watcher = state.withLock { state -> Int? in
            guard let channel = state.channels[operation] else { return nil }
            // Under the lock, so that no event falls between the history and the first new one.
            for event in channel.history { continuation.yield(event) }
            guard !channel.isFinished else {
                continuation.finish()
                return 0
            }
            state.nextWatcher += 1
            state.channels[operation]?.watchers[state.nextWatcher] = continuation
            return state.nextWatcher
        }
        guard let watcher else { return nil }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.channels[operation]?.watchers.removeValue(forKey: watcher) }
        }
        return stream
    }
}

extension EventHub.Channel {
    fileprivate mutating func add(_ event: MigrationEvent, limit: Int) {
        history.append(event)
        if case .finished = event.content { isFinished = true }
        // A run that began anew is a new story.
        if event.number == 1 {
            history = [event]
            isFinished = false
        }
        if history.count > limit, let progress = history.firstIndex(where: \.isProgress) {
            history.remove(at: progress)
        }
    }
}

extension MigrationEvent {
    fileprivate var isProgress: Bool {
        if case .progress = content { true } else { false }
    }
}
