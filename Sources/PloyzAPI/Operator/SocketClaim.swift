import Foundation
package import PloyzModel

/// The right to listen on a Unix socket's path: an exclusive lock on a file beside it, which the kernel gives up when
/// the holder dies, however it dies.
///
/// A socket's file alone proves nothing: it stays when a daemon is killed. And two daemons that both find it stale
/// would both remove it, the second one the first one's new socket; the lock lets only one of them look.
package enum SocketClaim {
    /// Runs `body` with the lock held, after making sure that nothing answers at `path` and removing a stale socket.
    ///
    /// - Throws: `socket-taken` when another process holds the lock or answers at the path, or when what lies there is
    ///   no socket; it is left alone.
    package static func hold(_ path: String, while body: () async throws -> Void) async throws {
        let descriptor = try lock(path + ".lock", for: path)
        defer { close(descriptor) }
        try removeStaleSocket(path)
        try await body()
    }

    private static func lock(_ lockPath: String, for path: String) throws -> Int32 {
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot open \(lockPath): \(reason(errno))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK
                ? failure(path, "another daemon holds \(lockPath)")
                : failure(path, "cannot lock \(lockPath): \(reason(code))")
        }
        return descriptor
    }

    private static func removeStaleSocket(_ path: String) throws {
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: path)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return
        }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw failure(path, "there is a file that is no socket")
        }
        guard try !answers(path) else { throw failure(path, "another process answers there") }
        guard unlink(path) == 0 || errno == ENOENT else { throw failure(path, reason(errno)) }
    }

    /// Whether a process listens at `path`: only a refused connection says that none does.
    private static func answers(_ path: String) throws -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else { throw failure(path, "the path is longer than \(capacity - 1) bytes") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw failure(path, reason(errno)) }
        defer { close(probe) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return result == 0 || errno != ECONNREFUSED
    }

    private static func failure(_ path: String, _ cause: String) -> PloyzError {
        PloyzError(
            .socketTaken,
            "cannot listen on \(path): \(cause)",
            next: "find the process: ss -xlp | grep ployzd"
        )
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension ErrorCode {
    /// The daemon's socket cannot be made, because something else is there.
    package static let socketTaken = ErrorCode("socket-taken", exitStatus: 3)
}
