import Foundation
import PloyzModel

/// One TCP connection with a time limit, on the calling thread and so in that thread's network namespace.
///
/// A class, and not a struct without copies: of such a one Swift 6.3.1 left the `deinit` out after each probe that
/// succeeded, so that its socket stayed open, and the network of the instance with it, when the instance was long gone.
final class ProbeSocket {
    private let descriptor: Int32
    private let deadline: ContinuousClock.Instant

    /// Connects; nil when nothing accepts before `deadline`.
    init?(to address: IPv4Address, port: UInt16, deadline: ContinuousClock.Instant) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        self.descriptor = socket(AF_INET, type, 0)
        self.deadline = deadline
        guard descriptor >= 0 else { return nil }
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_port = port.bigEndian
        peer.sin_addr.s_addr = address.bits.bigEndian
        let status = withUnsafePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 { return }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard errno == EINPROGRESS, wait(for: Int16(POLLOUT)),
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0, error == 0
        else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends all of it; false when time runs out or the connection ends.
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard wait(for: Int16(POLLOUT)) else { return false }
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// What arrives, up to `limit` bytes or the end of the first line.
    func readLine(limit: Int) -> [UInt8] {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: limit)
        while line.count < limit, !line.contains(10), wait(for: Int16(POLLIN)) {
            let count = recv(descriptor, &buffer, limit - line.count, 0)
            guard count > 0 else { break }
            line += buffer.prefix(count)
        }
        return line
    }

    private func wait(for events: Int16) -> Bool {
        let rest = ContinuousClock.now.duration(to: deadline)
        guard rest > .zero else { return false }
        var state = pollfd(fd: descriptor, events: events, revents: 0)
        let milliseconds = rest.components.seconds * 1000 + rest.components.attoseconds / 1_000_000_000_000_000
        return poll(&state, 1, Int32(clamping: milliseconds + 1)) == 1
    }
}
