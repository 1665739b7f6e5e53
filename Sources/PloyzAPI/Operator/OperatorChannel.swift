import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PloyzModel

/// Requests of the operator API to one daemon: a document there, a document or a stream of documents back.
struct OperatorChannel: Sendable {
    enum Endpoint: Sendable {
        case socket(path: String)
        case machine(name: MachineName, baseURL: String)
    }

    /// Longer than any call takes; what can last longer is started and then watched.
    private static let timeout = TimeAmount.minutes(15)
    private static let streamTimeout = TimeAmount.hours(24 * 7)
    /// The largest answer, and the longest line of a stream, in bytes.
    static let maximumAnswer = 8 << 20

    let endpoint: Endpoint
    let client: HTTPClient

    func call<Answer: Document>(_ route: OperatorRoute, id: String = "") async throws -> Answer {
        try await answer(to: try request(route, id: id))
    }

    func call<Answer: Document>(_ route: OperatorRoute, _ body: some Document) async throws -> Answer {
        var request = try request(route, id: "")
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try DocumentForm.encode(body)))
        return try await answer(to: request)
    }

    func stream<Event: Document>(
        _ route: OperatorRoute,
        id: String
    ) async throws -> AsyncThrowingStream<Event, any Error> {
        let response = try await execute(try request(route, id: id), timeout: Self.streamTimeout)
        guard response.status == .ok else { throw try await failure(response) }
        let (events, feed) = AsyncThrowingStream.makeStream(of: Event.self, throwing: (any Error).self)
        let reader = Task {
            do {
                try await read(response.body, into: feed)
                feed.finish()
            } catch {
                feed.finish(throwing: error is PloyzError || error is CancellationError ? error : unreachable(error))
            }
        }
        feed.onTermination = { _ in reader.cancel() }
        return events
    }

    /// Hands out documents as they come, no faster than they are taken; returns after the last.
    func pieces<Piece: Document>(_ route: OperatorRoute, _ take: (Piece) async throws -> Void) async throws {
        let response = try await execute(try request(route, id: ""), timeout: Self.streamTimeout)
        guard response.status == .ok else { throw try await failure(response) }
        var splitter = LineSplitter(limit: Self.maximumAnswer)
        do {
            for try await buffer in response.body {
                for line in try splitter.append(buffer.readableBytesView) {
                    let line = try DocumentForm.decode(StreamLine<Piece>.self, from: line)
                    if let error = line.error { throw error.error }
                    if let piece = line.event { try await take(piece) }
                }
            }
        } catch let error as HTTPClientError {
            throw unreachable(error)
        }
    }

    private func read<Event: Document>(
        _ body: HTTPClientResponse.Body,
        into feed: AsyncThrowingStream<Event, any Error>.Continuation
    ) async throws {
        var splitter = LineSplitter(limit: Self.maximumAnswer)
        for try await buffer in body {
            for line in try splitter.append(buffer.readableBytesView) {
                let line = try DocumentForm.decode(StreamLine<Event>.self, from: line)
                if let error = line.error { throw error.error }
                if let event = line.event { feed.yield(event) }
            }
        }
    }

    private func answer<Answer: Document>(to request: HTTPClientRequest) async throws -> Answer {
        let response = try await execute(request, timeout: Self.timeout)
        guard response.status == .ok else { throw try await failure(response) }
        let body = try await collect(response)
        do {
            return try DocumentForm.decode(Answer.self, from: body)
        } catch {
            throw PloyzError(
                .failed,
                "\(speaker)'s answer to \(request.url) could not be read: \(error)",
                next: "compare the versions: ployzctl version"
            )
        }
    }

    private func failure(_ response: HTTPClientResponse) async throws -> PloyzError {
        let body = try await collect(response)
        if let document = try? DocumentForm.decode(ErrorDocument.self, from: body) { return document.error }
        return PloyzError(
            .failed,
            "\(speaker) answered with HTTP status \(response.status.code)",
            next: "compare the versions: ployzctl version"
        )
    }

    private func collect(_ response: HTTPClientResponse) async throws -> Data {
        do {
            return Data(try await response.body.collect(upTo: Self.maximumAnswer).readableBytesView)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw unreachable(error)
        }
    }

    private func execute(_ request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        do {
            return try await client.execute(request, timeout: timeout)
        } catch {
            try Task.checkCancellation()
            throw unreachable(error, mayHaveActed: request.method == .POST && !Self.isFailureToConnect(error))
        }
    }

    /// Whether the error says that the request never left.
    private static func isFailureToConnect(_ error: any Error) -> Bool {
        if let error = error as? IOError { return [ECONNREFUSED, ENOENT, EACCES].contains(error.errnoCode) }
        return error as? HTTPClientError == .connectTimeout
    }

    private func request(_ route: OperatorRoute, id: String) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: try url(route.path(id: id)))
        request.method = route.isRead ? .GET : .POST
        return request
    }

    private func url(_ path: String) throws -> String {
        switch endpoint {
        case .machine(_, let baseURL): return baseURL + path
        case .socket(let socketPath):
            guard let url = URL(httpURLWithSocketPath: socketPath, uri: path) else {
                throw PloyzError(.usage, "'\(socketPath)' is no path of a socket")
            }
            return url.absoluteString
        }
    }

    private var speaker: String {
        switch endpoint {
        case .socket: "the daemon"
        case .machine(let name, _): "the daemon of \(name)"
        }
    }

    private func unreachable(_ error: any Error, mayHaveActed: Bool = false) -> PloyzError {
        let state = mayHaveActed ? "the request was sent; whether it was carried out is not known" : nil
        return switch endpoint {
        case .socket(let path):
            PloyzError(
                .daemonUnreachable,
                "the daemon does not answer on \(path): \(cause(error))",
                state: state,
                next: (error as? IOError)?.errnoCode == EACCES
                    ? "run the command as root, or as a member of the socket's group"
                    : "start it: systemctl start ployzd, or: ployzd run"
            )
        case .machine(let name, let baseURL):
            PloyzError(
                .peerUnreachable,
                "the daemon of \(name) does not answer at \(baseURL): \(cause(error))",
                state: state,
                next: "ployzctl mesh status"
            )
        }
    }

    private func cause(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode)).lowercased()
    }
}
