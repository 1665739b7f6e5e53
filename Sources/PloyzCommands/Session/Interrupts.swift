import Dispatch
import Foundation

/// Ctrl-C as events instead of the end of the process.
enum Interrupts {
    /// Yields for each SIGINT until the stream is dropped; then the signal ends the process again.
    static func stream() -> AsyncStream<Void> {
        AsyncStream { feed in
            signal(SIGINT, SIG_IGN)
            // Safe to share: a source is set up once, here, and `cancel` may be called from any thread.
            nonisolated(unsafe) let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
            source.setEventHandler { feed.yield() }
            source.activate()
            feed.onTermination = { _ in
                source.cancel()
                signal(SIGINT, SIG_DFL)
            }
        }
    }
}
