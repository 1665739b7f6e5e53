import Glibc
import Posix

/// One TCP connection. Every call ends by a deadline.
struct Connection: ~Copyable {
    private let file: Int32

    /// - Throws: `ProbeFailure.connect`.
    init(to endpoint: Endpoint, until deadline: Deadline) throws {
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        file = socket(endpoint.family, flags, 0)
        guard file >= 0 else { throw ProbeFailure.connect(errno) }
        if endpoint.withAddress({ connect(file, $0, $1) }) == 0 { return }
        guard errno == EINPROGRESS else { throw ProbeFailure.connect(errno) }
        guard Self.wait(file, for: POLLOUT, until: deadline) else { throw ProbeFailure.connect(ETIMEDOUT) }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(file, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw ProbeFailure.connect(code) }
        var one: Int32 = 1
        setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
    }

    deinit { if file >= 0 { close(file) } }

    /// - Throws: `ProbeFailure.request`.
    borrowing func send(_ bytes: [UInt8], until deadline: Deadline) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                guard Self.wait(file, for: POLLOUT, until: deadline) else { throw ProbeFailure.request(ETIMEDOUT) }
            } else if errno != EINTR {
                throw ProbeFailure.request(errno)
            }
        }
    }

    /// What has arrived; empty when the server has closed.
    ///
    /// - Throws: `ProbeFailure.request`.
    borrowing func receive(until deadline: Deadline) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(file, &buffer, buffer.count, 0)
            if count >= 0 { return Array(buffer[..<count]) }
            if errno == EAGAIN {
                guard Self.wait(file, for: POLLIN, until: deadline) else { throw ProbeFailure.request(ETIMEDOUT) }
            } else if errno != EINTR {
                throw ProbeFailure.request(errno)
            }
        }
    }

    private static func wait(_ file: Int32, for events: Int32, until deadline: Deadline) -> Bool {
        while !deadline.isOver {
            var waiting = pollfd(fd: file, events: Int16(events), revents: 0)
            let ready = poll(&waiting, 1, deadline.remainingMilliseconds)
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { return false }
        }
        return false
    }
}
