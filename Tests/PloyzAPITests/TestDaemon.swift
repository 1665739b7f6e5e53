import Foundation
import Logging
import PloyzAPI
import PloyzAPITestSupport
import PloyzModel
import Testing

/// A real operator server on a Unix socket in a directory of its own, in front of a fake service.
enum TestDaemon {
    static func run(
        _ service: FakeOperatorService,
        heartbeat: Duration = .seconds(5),
        _ body: @escaping @Sendable (OperatorClient, String) async throws -> Void
    ) async throws {
        try await withSocketPath { path in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (running, started) = AsyncStream.makeStream(of: Void.self)
                var logger = Logger(label: "test")
                logger.logLevel = .critical
                let server = OperatorServer(
                    service,
                    socketPath: path,
                    heartbeat: heartbeat,
                    logger: logger,
                    onRunning: { started.finish() }
                )
                group.addTask {
                    defer { started.finish() }
                    try await server.run()
                }
                for await _ in running {}
                try await OperatorClient.withLocalDaemon(socketPath: path) { try await body($0, path) }
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .failure(let error) = result, !(error is CancellationError) { throw error }
                }
            }
        }
    }

    /// A path for a socket in a new directory, which is removed afterwards.
    static func withSocketPath(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "ployz-api-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.appending(path: "ployzd.sock").path)
    }
}
