import Glibc
import Posix

/// Where a probe connects: `192.0.2.1:6379` or `[fd00::1]:6379`. Names are not looked up: a resolver's delay would be
/// measured as the server's.
package struct Endpoint: Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16
    private let isSixth: Bool

    /// Nil when the text is no address with a port.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = String(text[..<colon])
        isSixth = host.hasPrefix("[") && host.hasSuffix("]")
        if isSixth { host = String(host.dropFirst().dropLast()) }
        var buffer = in6_addr()
        guard inet_pton(isSixth ? AF_INET6 : AF_INET, host, &buffer) == 1 else { return nil }
        self.host = host
        self.port = port
    }

    package var description: String { isSixth ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var family: Int32 { isSixth ? AF_INET6 : AF_INET }

    /// Calls the body with the address as `connect` takes it.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        if isSixth {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            return Self.rebind(&address, body)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return Self.rebind(&address, body)
    }

    private static func rebind<Address, Result>(
        _ address: inout Address,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
