import Glibc
import PloyzMigration
import PloyzModel
import PloyzTransfer
import Synchronization
import SystemPackage

/// A sink that can be ended from outside, and waited for: a revoked ticket must leave no receiving process behind.
///
/// What ends a `zfs receive` in good order is the end of its stream, not a signal: with zfs-fuse it is the ZFS daemon that
/// reads, whatever becomes of the command. So whoever ends it makes ``read(from:)`` return, the connection closes the pipe
/// for that, and the process ends by itself.
final class ReceivingStream: StreamSink {
    private struct State {
        var isEnded = false
        /// Whether the one stream that a ticket is good for has come and gone.
        var isOver = false
        var task: Task<Void, Never>?
        /// Whoever waits in `read`, until the stream has ended or is given up.
        var reader: CheckedContinuation<UInt64, any Error>?
    }

    private let sink: any StreamSink
    private let state = Mutex(State())

    /// How long a process may take to end when its stream has ended.
    private static let patience = Duration.seconds(10)

    init(_ sink: any StreamSink) { self.sink = sink }

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        // The caller closes its own when this returns, which may be before the process ends.
        let own = FileDescriptor(rawValue: fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 3))
        guard own.rawValue >= 0 else { throw Errno(rawValue: errno) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isBegun = state.withLock { state in
                    guard !state.isEnded, !Task.isCancelled else { return false }
                    state.reader = continuation
                    state.task = Task { [sink] in
                        let result: Result<UInt64, any Error>
                        do {
                            result = .success(try await sink.read(from: own))
                        } catch {
                            result = .failure(error)
                        }
                        try? own.close()
                        self.state.withLock { $0.isOver = true }
                        self.resume(with: result)
                    }
                    return true
                }
                guard isBegun else {
                    try? own.close()
                    return continuation.resume(
                        throwing: PloyzError(.failed, "the ticket was revoked", state: "nothing was received")
                    )
                }
            }
        } onCancel: {
            resume(with: .failure(CancellationError()))
        }
    }

    /// Whether nothing of it runs, or will.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Ends the stream and returns when nothing of it runs any more.
    func end() async {
        let task = state.withLock { state in
            state.isEnded = true
            return state.task
        }
        resume(with: .failure(CancellationError()))
        guard let task else { return }
        let watch = Task {
            try? await Task.sleep(for: Self.patience)
            task.cancel()
        }
        await task.value
        watch.cancel()
    }

    private func resume(with result: Result<UInt64, any Error>) {
        state.withLock { $0.reader.take() }?.resume(with: result)
    }
}
