import CPloyzSystem
import Foundation
import PloyzModel

/// A hold on one process, through which no signal can reach another one that got its number later.
final class ProcessHandle: Sendable {
    private let descriptor: Int32

    /// nil when the process is gone.
    init?(_ identity: ProcessIdentity) throws {
        let descriptor = ployz_pidfd_open(identity.pid)
        guard descriptor >= 0 else {
            if errno == ESRCH { return nil }
            throw Self.failure("cannot open process \(identity.pid)", errno)
        }
        self.descriptor = descriptor
        // Looked at after the descriptor was opened: from here on the number can not have changed its meaning.
        guard identity.isAlive else { return nil }
    }

    deinit { close(descriptor) }

    /// Sends a signal; a process that is gone does not mind.
    func signal(_ signal: Int32) throws {
        let error = ployz_pidfd_signal(descriptor, signal)
        guard error == 0 || error == ESRCH else { throw Self.failure("cannot send signal \(signal)", error) }
    }

    /// Whether all threads of the process are gone, so that its files and ports are free. A zombie that PID 1 has not
    /// collected yet counts as gone.
    var hasEnded: Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) == 1
    }

    func ends(within time: Duration) async -> Bool {
        await waitUntil(within: time, every: .milliseconds(5)) { hasEnded }
    }

    private static func failure(_ what: String, _ error: Int32) -> PloyzError {
        PloyzError(.helperFailed, "\(what): \(String(cString: strerror(error)))")
    }
}
