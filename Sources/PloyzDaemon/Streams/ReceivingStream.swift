import PloyzModel
import PloyzTransfer
import Synchronization
import SystemPackage

/// A sink that can be ended from outside, and waited for: a revoked ticket must leave no receiving process behind.
final class ReceivingStream: StreamSink {
    private struct State {
        var isEnded = false
        var task: Task<UInt64, any Error>?
    }

    private let sink: any StreamSink
    private let state = Mutex(State())

    init(_ sink: any StreamSink) { self.sink = sink }

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        let task = state.withLock { state -> Task<UInt64, any Error>? in
            guard !state.isEnded else { return nil }
            let task = Task { [sink] in try await sink.read(from: descriptor) }
            state.task = task
            return task
        }
        guard let task else {
            throw PloyzError(.failed, "the ticket was revoked", state: "nothing was received")
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Ends the stream and returns when nothing of it runs any more.
    func end() async {
        let task = state.withLock { state in
            state.isEnded = true
            return state.task
        }
        task?.cancel()
        _ = try? await task?.value
    }
}
