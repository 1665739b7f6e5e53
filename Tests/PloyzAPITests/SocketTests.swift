import Foundation
import Logging
import PloyzAPI
import PloyzAPITestSupport
import PloyzModel
import Testing

@Suite("The daemon's socket", .timeLimit(.minutes(5)))
struct SocketTests {
    @Test("It is readable and writable for owner and group only")
    func mode() async throws {
        try await TestDaemon.run(FakeOperatorService()) { _, path in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o660)
        }
    }

    @Test("It has the group that it is given", .enabled(if: getuid() == 0))
    func group() async throws {
        try await TestDaemon.withSocketPath { path in
            let (stream, running) = AsyncStream.makeStream(of: Void.self)
            let server = OperatorServer(
                FakeOperatorService(),
                socketPath: path,
                group: 4711,
                logger: Logger(label: "group"),
                onRunning: { running.finish() }
            )
            let task = Task { try await server.run() }
            for await _ in stream {}
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.groupOwnerAccountID] as? Int == 4711)
            #expect(attributes[.posixPermissions] as? Int == 0o660)
            task.cancel()
            _ = await task.result
        }
    }

    @Test("A second daemon on the same path is refused and the first one goes on")
    func second() async throws {
        try await TestDaemon.run(FakeOperatorService()) { client, path in
            let error = await #expect(throws: PloyzError.self) {
                try await OperatorServer(FakeOperatorService(), socketPath: path, logger: Logger(label: "second")).run()
            }
            #expect(error?.code == .socketTaken)
            let version = try await client.version()
            #expect(version == Samples.version)
        }
    }

    @Test("A stale socket is replaced")
    func stale() async throws {
        try await TestDaemon.withSocketPath { path in
            try await TestDaemon.run(FakeOperatorService()) { _, other in
                // A second name of a socket stays when its daemon is gone, as that of a killed daemon does.
                try FileManager.default.linkItem(atPath: other, toPath: path)
            }
            #expect(FileManager.default.fileExists(atPath: path))
            try await SocketClaim.hold(path) { #expect(!FileManager.default.fileExists(atPath: path)) }
        }
    }

    @Test("A file that is no socket is left alone")
    func foreignFile() async throws {
        try await TestDaemon.withSocketPath { path in
            try Data("mine".utf8).write(to: URL(filePath: path))
            let error = await #expect(throws: PloyzError.self) { try await SocketClaim.hold(path) {} }
            #expect(error?.code == .socketTaken)
            #expect(FileManager.default.contents(atPath: path) == Data("mine".utf8))
        }
    }
}
