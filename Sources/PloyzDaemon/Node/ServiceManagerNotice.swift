import Foundation

/// What the daemon tells the service manager that started it: one datagram to the socket that `NOTIFY_SOCKET` names
/// (sd_notify(3)).
struct ServiceManagerNotice: Sendable {
    let socketPath: String

    /// nil when nobody wants to be told.
    init?(environment: [String: String]) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count > 1
        else { return nil }
        socketPath = path
    }

    /// Operators' commands are answered from now on.
    func ready() { send("READY=1") }
    func stopping() { send("STOPPING=1") }

    /// A manager that does not listen is no reason to fail: it ends a daemon that it misses by itself.
    private func send(_ state: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(socketPath.utf8)
        // An abstract name begins with a zero byte and has none at its end (unix(7)).
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let isAbstract = path[0] == 0
        let length = MemoryLayout<sa_family_t>.size + path.count + (isAbstract ? 0 : 1)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(descriptor, state, state.utf8.count, Int32(MSG_NOSIGNAL), address, socklen_t(length))
            }
        }
    }
}
