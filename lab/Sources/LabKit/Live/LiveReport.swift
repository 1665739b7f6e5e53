import Glibc
import Posix

/// Runs in a guest: prints the state of an instance there with the guest's monotonic clock, whenever it changes and
/// some times a second, and answers each line of its input with the time.
package enum LiveReport {
    /// The hidden subcommand that runs it.
    package static let subcommand = "report"
    static let answer = "time"
    private static let beat: UInt64 = 200_000_000

    /// Returns when its input ends.
    package static func run(container: String, instance: String, interval: UInt32) {
        var look = InstanceLook(.here, container: container, instance: instance)
        var last: LiveState?
        var said: UInt64 = 0
        while true {
            let now = Clock.monotonic()
            let state = look.state()
            if state != last || now > said + beat {
                print(state.rawValue, now)
                fflush(nil)
                (last, said) = (state, now)
            }
            var waiting = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(interval)) > 0 else { continue }
            var byte: UInt8 = 0
            guard read(0, &byte, 1) == 1 else { return }
            print(answer, Clock.monotonic())
            fflush(nil)
        }
    }
}
