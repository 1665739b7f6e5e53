import Glibc
import SystemPackage

/// A connected TCP socket, non-blocking, which is closed with the last reference to it.
final class StreamSocket: Sendable {
    let descriptor: FileDescriptor

    init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
        Pipes.setNonBlocking(descriptor)
        // Small increments must not wait for Nagle; a peer that vanished must be noticed although nothing is sent.
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 10)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
        // Milliseconds that sent data may stay unacknowledged: longer than any stall limit, so that the sender, which
        // knows better, judges first.
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 120_000)
    }

    /// The close that follows resets the connection, so that the other side cannot take it for the stream's end.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor.rawValue, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor.rawValue, Int32(SHUT_WR)) }

    /// The number of bytes that the socket took; 0 when it takes none now.
    func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        let count = Glibc.send(
            descriptor.rawValue,
            bytes.baseAddress,
            bytes.count,
            Int32(MSG_NOSIGNAL)
        )
        return try result(count) ?? 0
    }

    /// The number of bytes that were read, 0 at the end; nil when there are none now.
    func receive(into bytes: UnsafeMutableRawBufferPointer) throws -> Int? {
        try result(recv(descriptor.rawValue, bytes.baseAddress, bytes.count, 0))
    }

    private func result(_ count: Int) throws -> Int? {
        guard count < 0 else { return count }
        guard errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR else { throw Errno(rawValue: errno) }
        return nil
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor.rawValue, level, option, &value, socklen_t(MemoryLayout.size(ofValue: value)))
    }

    deinit { try? descriptor.close() }
}
