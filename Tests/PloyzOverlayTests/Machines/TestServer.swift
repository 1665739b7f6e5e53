import Foundation
import PloyzModel
import Synchronization

@testable import PloyzOverlay

/// A TCP server inside a namespace that answers each connection with its own letter, after a while, and closes.
///
/// A socket stays in the namespace it was made in, so only the making needs a thread there.
final class TestServer: Sendable {
    private let descriptor: Int32
    private let seen = Mutex<Set<IPv4Address>>([])

    /// The addresses that connections came from.
    var clients: Set<IPv4Address> { seen.withLock { $0 } }

    /// - Parameter delay: how long each connection waits for its answer.
    init(
        in holder: NetworkHolder,
        address: IPv4Address,
        port: UInt16 = 7000,
        letter: Character,
        silent: Bool = false,
        delay: Duration = .zero
    ) async throws {
        let descriptor = try await holder.network.run {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = address.bits.bigEndian
            let status = withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard descriptor >= 0, status == 0, listen(descriptor, 1024) == 0 else {
                throw PloyzError(.overlayFailed, "no server on \(address):\(port): \(String(cString: strerror(errno)))")
            }
            return descriptor
        }
        self.descriptor = descriptor
        if silent { return }
        let answer = Array("HTTP/1.0 200 \(letter)\r\n\r\n".utf8)
        let thread = Thread { [weak self] in
            var waiting: [(connection: Int32, due: ContinuousClock.Instant)] = []
            while true {
                let rest = waiting.first.map { ContinuousClock.now.duration(to: $0.due) } ?? .milliseconds(100)
                var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&state, 1, Int32(max(0, rest / .milliseconds(1)).rounded(.up)))
                if state.revents & Int16(POLLIN) != 0 {
                    guard let (connection, client) = Self.accept(descriptor) else { break }
                    self?.seen.withLock { _ = $0.insert(client) }
                    waiting.append((connection, .now + delay))
                } else if state.revents != 0 {
                    break
                }
                while let first = waiting.first, first.due <= .now {
                    _ = answer.withUnsafeBytes { send(first.connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    close(first.connection)
                    waiting.removeFirst()
                }
            }
            for rest in waiting { close(rest.connection) }
        }
        thread.start()
    }

    private static func accept(_ descriptor: Int32) -> (Int32, IPv4Address)? {
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connection = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(descriptor, $0, &size) }
        }
        return connection < 0 ? nil : (connection, IPv4Address(bits: UInt32(bigEndian: name.sin_addr.s_addr)))
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
