import Glibc
import Posix
import ProbeKit
import Testing

/// The probe against a server that says what a test wants it to say.
@Suite(.serialized, .timeLimit(.minutes(1))) struct PostgresCommitTests {
    private static let ready = message("R", [0, 0, 0, 0]) + message("Z", Array("I".utf8))
    private static let begun = message("C", Array("BEGIN\0".utf8)) + message("Z", Array("T".utf8))
    private static let inserted = message("C", Array("INSERT 0 1\0".utf8)) + message("Z", Array("T".utf8))
    private static let committed = message("C", Array("COMMIT\0".utf8)) + message("Z", Array("I".utf8))

    @Test func aCommitIsAcknowledgedByItsAnswer() throws {
        let (summary, ledger, asked) = try run([Self.ready, Self.begun, Self.inserted, Self.committed])
        #expect(summary.acknowledged == 1)
        #expect(ledger.map(\.sequence) == [0])
        #expect(asked.contains("INSERT INTO probe_commits VALUES ('w-1', 0)"))
    }

    @Test(arguments: [
        // Rolled back by the server; cut off before it is ready again; shut down; a password is asked for.
        (
            [ready, begun, inserted, message("C", Array("ROLLBACK\0".utf8)) + message("Z", Array("I".utf8))],
            "request answered ROLLBACK"
        ),
        ([ready, begun, inserted, message("C", Array("COMMIT\0".utf8))], "request closed"),
        ([ready, begun, message("E", Array("SFATAL\0C57P01\0\0".utf8))], "request answered 57P01"),
        ([message("R", [0, 0, 0, 10])], "request answered by asking for a password"),
    ])
    func anythingElseIsNone(answers: [[UInt8]], failure: String) throws {
        let (summary, ledger, _) = try run(answers)
        #expect(summary.acknowledged == 0)
        #expect(summary.errors[failure] == 1)
        #expect(summary.failedRequests == 1)
        #expect(ledger.isEmpty)
    }

    @Test func whatIsNotReadBackIsLost() throws {
        let entries = [3, 4].map { LedgerEntry(identifier: "w-1", sequence: $0, monotonic: 0, wall: 0) }
        let rows = message("D", [0, 1, 0, 0, 0, 1] + Array("3".utf8)) + message("C", Array("SELECT 1\0".utf8))
        let server = try ScriptedServer([Self.ready, rows + message("Z", Array("I".utf8))])
        let verification = try LedgerVerification(ofPostgres: server.endpoint, entries, seconds: 10)
        #expect(verification.acknowledged == 2)
        #expect(verification.present == 1)
        #expect(verification.lost == 1)
        #expect(verification.firstLost == "w:w-1:4")
        _ = server.wait()
    }

    private func run(_ answers: [[UInt8]]) throws -> (ProbeSummary, [LedgerEntry], String) {
        let server = try ScriptedServer(answers)
        let ledger = "/tmp/probe-commits-\(getpid())-\(UInt32.random(in: .min ... .max))"
        defer { unlink(ledger) }
        let settings = ProbeSettings(
            identifier: "w-1",
            endpoint: server.endpoint,
            // One attempt that is taken; another that may follow is refused.
            interval: 500,
            duration: 0.3,
            connectTimeout: 5000,
            timeout: 20_000,
            gapFile: nil,
            ledgerFile: ledger
        )
        let summary = try Probe(settings: settings, exchange: .postgresCommit(identifier: "w-1")).run()
        return (summary, try LedgerFile.entries(of: ledger), server.wait())
    }
}

private func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
    Array(String(type).utf8) + [0, 0, 0, UInt8(body.count + 4)] + body
}

/// Takes one connection and no other, answers each message with the next of its answers, and closes after the last.
private final class ScriptedServer {
    let endpoint: Endpoint
    private let thread: pthread_t
    private let work: Work

    private final class Work: @unchecked Sendable {
        let listening: Int32
        let answers: [[UInt8]]
        /// Written by the thread, read after it was joined.
        var asked: [UInt8] = []

        init(_ listening: Int32, _ answers: [[UInt8]]) {
            self.listening = listening
            self.answers = answers
        }

        func run() {
            let connection = accept(listening, nil, nil)
            close(listening)
            defer { close(connection) }
            for answer in answers {
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = recv(connection, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                asked += buffer[..<count]
                _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
            }
        }
    }

    init(_ answers: [[UInt8]]) throws {
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
                guard bind(listening, address, size) == 0, listen(listening, 1) == 0 else { return -1 }
                return getsockname(listening, address, &size)
            }
        }
        try PosixError.check(status, "bind", on: "127.0.0.1")
        endpoint = try #require(Endpoint("127.0.0.1:\(UInt16(bigEndian: address.sin_port))"))
        work = Work(listening, answers)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(work).toOpaque()
        pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            argument
        )
        self.thread = thread
    }

    /// Waits for the end of the connection; returns what was asked.
    func wait() -> String {
        pthread_join(thread, nil)
        return String(decoding: work.asked, as: UTF8.self)
    }
}
