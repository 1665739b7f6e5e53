import Foundation
import PloyzModel

@testable import PloyzOverlay

/// A TCP server inside a namespace that answers each connection with its own letter and closes.
///
/// A socket stays in the namespace it was made in, so only the making needs a thread there.
final class TestServer: Sendable {
    private let descriptor: Int32

    init(in holder: NetworkHolder, address: IPv4Address, port: UInt16 = 7000, letter: Character, silent: Bool = false)
        async throws
    {
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
        let thread = Thread {
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                close(connection)
            }
        }
        thread.start()
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
