import Foundation
import PloyzMigration
import PloyzModel
import Synchronization
import Testing

@testable import PloyzOverlay

@Suite struct ReadinessTests {
    @Test func aPathCannotEndTheRequestLine() throws {
        let request = NetworkProbe.request(
            path: "/a b\r\nX-Evil: ü",
            address: try IPv4Address("10.101.1.5"),
            port: 8080
        )
        #expect(
            String(decoding: request, as: UTF8.self)
                == "GET /a%20b%0D%0AX-Evil:%20%C3%BC HTTP/1.0\r\nHost: 10.101.1.5:8080\r\n"
                + "User-Agent: ployz\r\nConnection: close\r\n\r\n"
        )
    }

    /// One that stays open keeps the network of an instance that is long gone.
    @Test func aProbeThatSucceedsClosesItsConnection() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try #require(bind(listener, $0, size) == 0 && listen(listener, 1) == 0)
                try #require(getsockname(listener, $0, &size) == 0)
            }
        }
        let probe = NetworkProbe.tcp(port: UInt16(bigEndian: address.sin_port))
        #expect(probe.succeeds(at: try IPv4Address("127.0.0.1"), deadline: .now + .seconds(10)))
        let connection = accept(listener, nil, nil)
        defer { close(connection) }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var byte: UInt8 = 0
        #expect(recv(connection, &byte, 1, 0) == 0)
    }

    @Test(arguments: ["HTTP/1.0 200 OK\r\n", "HTTP/1.1 399 x", "HTTP/1.1 302\r\n"])
    func goodAnswersAreReady(line: String) {
        #expect(NetworkProbe.isGood(statusLine: Array(line.utf8)))
    }

    @Test(arguments: [
        "", "HTTP/1.1", "HTTP/1.1 500 no", "HTTP/1.1 404", "SSH-2.0 200 x", "HTTP/1.1 2", "HTTP/1.1 199 x",
    ])
    func otherAnswersAreNot(line: String) {
        #expect(!NetworkProbe.isGood(statusLine: Array(line.utf8)))
    }

    @Test func aCommandIsRepeatedUntilItExitsWithZero() async throws {
        let statuses = Mutex<[Int32]>([1, 127, 0])
        try await ReadinessWait.command(["check", "-x"], timeout: .seconds(10)) { command in
            #expect(command == ["check", "-x"])
            return statuses.withLock { $0.removeFirst() }
        }
        #expect(statuses.withLock { $0 } == [])
    }

    @Test func aCommandThatHangsIsGivenUp() async throws {
        let error = await #expect(throws: PloyzError.self) {
            try await ReadinessWait.command(["hang"], timeout: .milliseconds(50)) { _ in
                try await Task.sleep(for: .seconds(60))
                return 0
            }
        }
        #expect(error?.code == .notReady)
    }
}

@Suite struct SocketTableTests {
    private let tcp = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
           1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
           2: 0100007F:1F91 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0 20 4 30 10 -1
        """
    private let udp = """
           sl  local_address                         remote_address                        st tx rx tr tm inode
          12: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 07 0:0 0:0 0 0 0 444 2 0 0
        """

    @Test func listenersAreFoundAndOthersAreNot() {
        let tcp = SocketTable.parse(tcp, protocol: .tcp)
        #expect(tcp.map(\.port).sorted() == [80, 8080])
        #expect(SocketTable.parse(udp, protocol: .udp).map(\.port) == [53])
    }

    @Test func onlyForeignListenersOnTheSameTransportAreNamed() {
        let listeners = SocketTable.parse(tcp, protocol: .tcp).union(SocketTable.parse(udp, protocol: .udp))
        let table = SocketTable(listeners: listeners)
        let ports = [
            PublishedPort(port: 80, target: 1), PublishedPort(port: 8080, target: 1),
            PublishedPort(port: 53, target: 1),
            PublishedPort(port: 53, target: 1, protocol: .udp), PublishedPort(port: 8081, target: 1),
        ]
        #expect(table.foreign(on: ports, ours: [111]) == [ports[0], ports[3]])
    }
}
