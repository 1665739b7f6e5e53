import Foundation
import PloyzModel

/// Asks HAProxy over one of its Unix sockets.
struct HAProxySocket: Sendable {
    /// How long one read or write may take, in seconds.
    private static let patience = 5

    /// The largest answer, in bytes.
    private static let maximumAnswer = 64 << 20

    let path: String

    /// Sends one command and returns the whole answer; nil when nobody answers.
    func ask(_ command: String) async -> String? {
        await withCheckedContinuation { continuation in
            // It blocks, for a moment as a rule: not a thread of the shared pool.
            let thread = Thread { continuation.resume(returning: exchange(command)) }
            thread.stackSize = 256 << 10
            thread.start()
        }
    }

    private func exchange(_ command: String) -> String? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { return nil }
        let line = Array((command + "\n").utf8)
        guard send(descriptor, line, line.count, Int32(MSG_NOSIGNAL)) == line.count else { return nil }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count >= 0 else { return nil }
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += chunk.prefix(count)
            guard answer.count <= Self.maximumAnswer else { return nil }
        }
    }
}
