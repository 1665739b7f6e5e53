import Glibc
import SystemPackage

/// `poll(2)` on a few descriptors.
enum Poll {
    struct Events: OptionSet, Hashable, Sendable {
        let rawValue: Int16

        static let readable = Events(rawValue: Int16(POLLIN))
        static let writable = Events(rawValue: Int16(POLLOUT))
        /// Reported without being asked for: the other side is gone.
        static let gone = Events(rawValue: Int16(POLLERR) | Int16(POLLHUP))
    }

    struct Interest: Hashable, Sendable {
        let descriptor: FileDescriptor
        let events: Events

        init(_ descriptor: FileDescriptor, _ events: Events) {
            self.descriptor = descriptor
            self.events = events
        }
    }

    /// Waits until one of `interests` is ready or `timeout` has passed; nil waits without end. An empty set of events
    /// still reports ``Events/gone``.
    static func wait(_ interests: [Interest], timeout: Duration?) throws -> [Events] {
        var entries = interests.map {
            pollfd(fd: $0.descriptor.rawValue, events: $0.events.rawValue, revents: 0)
        }
        let milliseconds = timeout.map { duration in
            let (seconds, attoseconds) = duration.components
            return Int32(clamping: max(0, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
        }
        while poll(&entries, nfds_t(entries.count), milliseconds ?? -1) < 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
        return entries.map { Events(rawValue: $0.revents) }
    }
}
