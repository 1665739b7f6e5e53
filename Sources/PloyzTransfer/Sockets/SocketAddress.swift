import Glibc
import SystemPackage

/// A numeric IPv6 or IPv4 address and a port. Names are never looked up.
struct SocketAddress: Sendable, CustomStringConvertible {
    let host: String
    let port: Int
    private let family: Int32
    private let storage: [UInt8]

    /// nil when `host` is no address or `port` none of 0 to 65535.
    init?(host: String, port: Int) {
        guard (0...65535).contains(port) else { return nil }
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list?.pointee,
            let address = first.ai_addr
        else { return nil }
        defer { freeaddrinfo(list) }
        self.host = host
        self.port = port
        family = first.ai_family
        storage = Array(UnsafeRawBufferPointer(start: address, count: Int(first.ai_addrlen)))
    }

    var description: String { family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// A listening socket, non-blocking.
    func listen(backlog: Int32) throws -> FileDescriptor {
        let descriptor = try open()
        do {
            var on: Int32 = 1
            setsockopt(descriptor.rawValue, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            guard withAddress({ bind(descriptor.rawValue, $0, $1) }) == 0,
                Glibc.listen(descriptor.rawValue, backlog) == 0
            else { throw Errno(rawValue: errno) }
            return descriptor
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    /// A connected socket, or an error within `limit`.
    func connect(limit: Duration, wake: Wake) throws -> StreamSocket {
        let socket = StreamSocket(try open())
        guard withAddress({ Glibc.connect(socket.descriptor.rawValue, $0, $1) }) != 0 else { return socket }
        guard errno == EINPROGRESS || errno == EINTR else { throw Errno(rawValue: errno) }
        let events = try Poll.wait(
            [.init(wake.reader, .readable), .init(socket.descriptor, .writable)],
            timeout: limit
        )
        guard events[0].isEmpty else { throw CancellationError() }
        guard !events[1].isEmpty else { throw Errno.timedOut }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket.descriptor.rawValue, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw Errno(rawValue: code) }
        return socket
    }

    /// The port that a listening socket got.
    static func port(of descriptor: FileDescriptor) -> Int {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        // sin_port and sin6_port lie at the same place.
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor.rawValue, $0.baseAddress, &size) }
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin6_port)) : 0
    }

    /// The bytes of the address that a connection comes from; none when it is gone already.
    static func peer(of descriptor: FileDescriptor) -> [UInt8] {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getpeername(descriptor.rawValue, $0.baseAddress, &size) }
        }
        guard status == 0 else { return [] }
        guard Int32(address.sin6_family) == AF_INET6 else {
            // sin_addr lies where sin6_flowinfo does.
            return withUnsafeBytes(of: address.sin6_flowinfo) { Array($0) }
        }
        return withUnsafeBytes(of: address.sin6_addr) { Array($0) }
    }

    private func open() throws -> FileDescriptor {
        let descriptor = socket(
            family,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
            0
        )
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: descriptor)
    }

    private func withAddress(_ body: (UnsafePointer<sockaddr>?, socklen_t) -> Int32) -> Int32 {
        storage.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { body($0.baseAddress, socklen_t(bytes.count)) }
        }
    }
}
