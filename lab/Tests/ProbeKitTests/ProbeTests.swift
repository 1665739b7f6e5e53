import Posix
import ProbeKit
import Testing

@Suite struct ProbeTests {
    /// Nothing listens on port 1 of the loopback interface.
    @Test(.timeLimit(.minutes(1)))
    func aRefusedConnectionIsCountedAndItsDescriptorClosed() throws {
        let endpoint = try #require(Endpoint("127.0.0.1:1"))
        let settings = ProbeSettings(
            identifier: "a",
            endpoint: endpoint,
            interval: 1,
            duration: 0.3,
            connectTimeout: 100,
            timeout: 100,
            gapFile: nil,
            ledgerFile: nil
        )
        let before = Files.names(in: "/proc/self/fd").count
        let summary = try Probe(settings: settings, exchange: .httpGet(path: "/", host: nil)).run()
        #expect(summary.attempts > 20)
        #expect(summary.failedConnects == summary.attempts)
        #expect(summary.errors == ["connect ECONNREFUSED": summary.attempts])
        #expect(summary.acknowledged == 0)
        #expect(Files.names(in: "/proc/self/fd").count < before + 15)
    }
}
