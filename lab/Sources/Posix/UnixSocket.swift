import Glibc

/// Questions to a server behind a Unix socket.
package enum UnixSocket {
    /// Whether somebody listens.
    package static func accepts(_ path: String) -> Bool {
        guard let file = connect(to: path) else { return false }
        close(file)
        return true
    }

    /// Whether an HTTP server answers a GET with status 200 within two seconds.
    package static func answers(_ path: String, to target: String) -> Bool {
        guard let file = connect(to: path) else { return false }
        defer { close(file) }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let request = Array("GET \(target) HTTP/1.0\r\nHost: localhost\r\n\r\n".utf8)
        guard send(file, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
        var reply = [UInt8](repeating: 0, count: 12)
        let count = recv(file, &reply, reply.count, Int32(MSG_WAITALL))
        return count == 12 && reply[8...].elementsEqual(" 200".utf8)
    }

    /// A connection, which the caller closes; nil when nobody listens.
    package static func connect(to path: String) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return nil }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            close(file)
            return nil
        }
        return file
    }
}
