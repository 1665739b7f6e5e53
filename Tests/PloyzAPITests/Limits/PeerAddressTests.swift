import NIOCore
import Testing

@testable import PloyzAPI

@Suite("Whose connection it is")
struct PeerAddressTests {
    private func address(_ text: String, byPrefix: Bool = true) throws -> PeerAddress {
        PeerAddress(try SocketAddress(ipAddress: text, port: 1234), byPrefix: byPrefix)
    }

    @Test("addresses of one /64 are one where prefixes count, and are not where they do not")
    func prefixes() throws {
        #expect(try address("2001:db8::1") == address("2001:db8::2"))
        #expect(try address("2001:db8::1") != address("2001:db8:0:1::1"))
        #expect(try address("fd00::1", byPrefix: false) != address("fd00::2", byPrefix: false))
    }

    @Test("IPv4 addresses are told apart, in either form")
    func mapped() throws {
        #expect(try address("::ffff:192.0.2.1") != address("::ffff:192.0.2.2"))
        #expect(try address("192.0.2.1") != address("192.0.2.2"))
    }

    @Test("all of a Unix socket are one")
    func socket() throws {
        #expect(
            PeerAddress(try SocketAddress(unixDomainSocketPath: "/run/a"), byPrefix: false)
                == PeerAddress(nil, byPrefix: false)
        )
    }
}
