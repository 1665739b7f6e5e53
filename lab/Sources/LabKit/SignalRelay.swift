import CLinux
import Glibc
import Posix

/// Hands signals that would end this process on to what it runs for the user.
struct SignalRelay {
    private var watched = sigset_t()

    /// From now on the signals wait for ``wait(for:onSignal:)``.
    init() {
        sigemptyset(&watched)
        for signal in [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT] { sigaddset(&watched, signal) }
        sigprocmask(SIG_BLOCK, &watched, nil)
    }

    /// Waits for the child's end.
    ///
    /// - Returns: what a shell would report in `$?`.
    func wait(for child: ChildProcess, onSignal: (Int32) -> Void) throws -> Int32 {
        var watched = watched
        while true {
            if let status = try child.poll() { return status.shellCode }
            var fromProcess: Int32 = 0
            let signal = clinux_wait_signal(&watched, &fromProcess)
            // A terminal signals the whole foreground group, the child included; only what was sent to this process
            // alone is passed on.
            if signal > 0 && signal != SIGCHLD && fromProcess == 1 { onSignal(signal) }
        }
    }
}
