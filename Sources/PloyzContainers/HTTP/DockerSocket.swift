import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PloyzMigration
import PloyzModel

/// The Docker daemon at the other end of a Unix socket. Every call has a deadline and every answer a size limit.
struct DockerSocket: Sendable {
    /// The longest answer that is read whole. A listing of a thousand containers takes about 2 MB.
    static let answerLimit = 32 << 20

    let path: String
    let client: HTTPClient
    let time: any Timekeeper

    /// A client for long streams and many calls side by side; it must be shut down.
    static func makeClient() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(5))
        configuration.connectionPool = .init(idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: 32)
        // A daemon that is not there must be an error at once, not after a row of hidden attempts.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends the call and reads the whole answer, whatever its status.
    ///
    /// - Throws: `docker-unreachable`, `docker-timeout` after `limit`, `CancellationError`.
    func send(_ call: DockerCall, within limit: Duration) async throws -> DockerReply {
        try await deadline(limit, "\(call.method.rawValue) \(call.target)") {
            let response = try await open(call)
            return try await Self.whole(response)
        }
    }

    /// Sends the call and hands the running response to `body`, once its status is below 300. The time for the head of
    /// the response is limited by `limit`; `body` has to limit its own.
    func stream<Result: Sendable>(
        _ call: DockerCall,
        upload: HTTPClientRequest.Body? = nil,
        within limit: Duration,
        doing action: String,
        _ body: (HTTPClientResponse.Body) async throws -> Result
    ) async throws -> Result {
        let response = try await deadline(limit, action) { try await open(call, upload: upload) }
        guard response.status.code < 300 else {
            throw try await deadline(limit, action) { try await Self.whole(response) }.refusal(doing: action)
        }
        do {
            return try await body(response.body)
        } catch {
            throw translated(error)
        }
    }

    /// The same for an answer of JSON documents, one a line: `handle` gets each as it comes.
    func lines(
        _ call: DockerCall,
        upload: HTTPClientRequest.Body? = nil,
        within limit: Duration,
        doing action: String,
        _ handle: (Data) throws -> Void
    ) async throws {
        try await stream(call, upload: upload, within: limit, doing: action) { body in
            var lines = JSONLines()
            for try await chunk in body {
                for line in try lines.append(chunk.readableBytesView) { try handle(line) }
            }
            if let rest = lines.finish() { try handle(rest) }
        }
    }

    /// Runs `body` until it ends or `limit` has passed.
    func deadline<Result: Sendable>(
        _ limit: Duration,
        _ action: String,
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        do {
            return try await withThrowingTaskGroup(of: Result?.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    try await time.sleep(for: limit)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let result = first else {
                    throw PloyzError(
                        .dockerTimeout,
                        "Docker did not finish '\(action)' within \(Microseconds(limit))",
                        next: "look at the Docker daemon's log"
                    )
                }
                return result
            }
        } catch {
            throw translated(error)
        }
    }

    private func open(_ call: DockerCall, upload: HTTPClientRequest.Body? = nil) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: call.url(socket: path))
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        request.headers.add(name: "Host", value: "docker")
        if let upload {
            request.headers.add(name: "Content-Type", value: call.contentType)
            request.body = upload
        } else if let body = call.body {
            request.headers.add(name: "Content-Type", value: call.contentType)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        // The deadline of the group above is the one that counts; this one only has to be later than any of them.
        return try await client.execute(request, timeout: .hours(24))
    }

    private static func whole(_ response: HTTPClientResponse) async throws -> DockerReply {
        let buffer = try await response.body.collect(upTo: answerLimit)
        return DockerReply(status: Int(response.status.code), body: Data(buffer.readableBytesView))
    }

    private func translated(_ error: any Error) -> any Error {
        if error is PloyzError || error is CancellationError { return error }
        if Task.isCancelled { return CancellationError() }
        if error is NIOTooManyBytesError {
            return PloyzError(.dockerProtocol, "Docker's answer is longer than \(ByteCount(UInt64(Self.answerLimit)))")
        }
        return PloyzError(
            .dockerUnreachable,
            "the Docker daemon at \(path) cannot be reached: \(error)",
            state: "containers that run go on running",
            next: "start the Docker daemon and repeat"
        )
    }
}
