import Glibc
import Posix

/// SIGTERM and SIGINT as something to wait for: they end the probe between two attempts, never inside one.
struct StopSignal {
    private let signals: sigset_t

    /// Blocks both for this thread; call it before any other thread is started.
    init() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        sigprocmask(SIG_BLOCK, &set, nil)
        signals = set
    }

    /// Waits until a moment of the monotonic clock, in nanoseconds.
    ///
    /// - Returns: true when one of the signals came first, or had come before.
    func wait(until moment: UInt64) -> Bool {
        var set = signals
        while true {
            let now = Clock.monotonic()
            let left = moment > now ? moment - now : 0
            var limit = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            if sigtimedwait(&set, nil, &limit) > 0 { return true }
            if errno == EAGAIN { return false }
        }
    }
}
