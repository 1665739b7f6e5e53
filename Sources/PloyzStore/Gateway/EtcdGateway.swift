import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import PloyzMigration
import PloyzModel
import Synchronization

/// Calls to etcd's HTTP/JSON gateway over kept connections, one endpoint after the other.
final class EtcdGateway: Sendable {
    private let client: HTTPClient
    private let limits: StoreLimits
    private let logger: Logger
    let endpoints: Mutex<StoreEndpoints>

    init(endpoints: [StoreEndpoint], credentials: StoreCredentials, limits: StoreLimits, logger: Logger) throws {
        var configuration = HTTPClient.Configuration(tlsConfiguration: try credentials.tlsConfiguration())
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: TimeAmount(limits.connect), read: TimeAmount(limits.watchSilence))
        // A new connection costs milliseconds of TLS, and the commit is on the critical path: what comes before it keeps
        // one open, and what a crowd of calls has opened goes.
        configuration.connectionPool.idleTimeout = .seconds(60)
        // Watches keep theirs; a commit must not wait for one.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.endpoints = Mutex(StoreEndpoints(all: endpoints))
        self.limits = limits
        self.logger = logger
    }

    func shutDown() async throws { try await client.shutdown() }

    func replaceEndpoints(_ all: [StoreEndpoint]) { change { $0.replace(with: all) } }

    /// Asks another endpoint first from now on, when there is another.
    func avoid(_ endpoint: StoreEndpoint) { change { $0.avoid(endpoint) } }

    /// Asks `other` first, unless something else than `endpoint` is asked first by now.
    func switchOver(from endpoint: StoreEndpoint, to other: StoreEndpoint) {
        change { endpoints in
            if endpoints.first == endpoint { endpoints.prefer(other) }
        }
        logger.notice(
            "The store is asked at another member",
            metadata: ["store.endpoint": "\(other)", "store.left": "\(endpoint)"]
        )
    }

    private func prefer(_ endpoint: StoreEndpoint) { change { $0.prefer(endpoint) } }

    /// Changes what is asked first, and tells those who wait for it.
    private func change(_ body: (inout StoreEndpoints) -> Void) {
        let left = endpoints.withLock { endpoints in
            body(&endpoints)
            return endpoints.takeLeft()
        }
        for waiter in left { waiter.finish() }
    }

    /// Returns when the endpoint is no longer the one that is asked first, or the task is cancelled.
    func waitUntilLeft(_ endpoint: StoreEndpoint) async {
        let (stream, waiter) = AsyncStream.makeStream(of: Void.self)
        let id = UUID()
        let isFirst = endpoints.withLock { endpoints in
            guard endpoints.first == endpoint else { return false }
            endpoints.waiters[id] = (endpoint, waiter)
            return true
        }
        guard isFirst else { return }
        defer { endpoints.withLock { _ = $0.waiters.removeValue(forKey: id) } }
        for await _ in stream {}
    }

    var allEndpoints: [StoreEndpoint] { endpoints.withLock { $0.all } }

    /// A call that may be repeated: every endpoint is tried until one answers.
    func read<Answer: Decodable>(_ path: String, _ request: some Encodable, as type: Answer.Type) async throws -> Answer
    {
        try await call(path, JSON.encode(request), as: type, maySendTwice: true)
    }

    /// A call that must not be repeated: the next endpoint is tried only when the one before was never reached.
    ///
    /// - Throws: ``PloyzError`` `store-unreachable` when surely nothing was sent, `store-refused` when etcd said that
    ///   nothing was done, `store-outcome-unknown` otherwise.
    func write<Answer: Decodable>(
        _ path: String,
        _ request: some Encodable,
        as type: Answer.Type
    ) async throws -> Answer {
        try await call(path, JSON.encode(request), as: type, maySendTwice: false)
    }

    private func call<Answer: Decodable>(
        _ path: String,
        _ body: Data,
        as type: Answer.Type,
        maySendTwice: Bool
    ) async throws -> Answer {
        let end = ContinuousClock.now + limits.call
        var failures: [String] = []
        let inOrder = endpoints.withLock { $0.inOrder }
        // While members elect a leader each may keep a read waiting: another, or the same a second later, answers. And a
        // kept connection may be to a member that has ended since: one that fails at once is tried again.
        let rounds = maySendTwice ? 3 : 1
        let attempt = maySendTwice && inOrder.count > 1 ? limits.attemptOfMany : limits.attempt
        for endpoint in Array(repeating: inOrder, count: rounds).joined() {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero, inOrder.count > 1 || failures.isEmpty || left > limits.call / 2 else { break }
            let sent = SentBody(bytes: ByteBuffer(bytes: body))
            do {
                let answer = try await post(endpoint, path, sent, within: min(left, attempt))
                prefer(endpoint)
                return try JSON.decode(type, from: answer)
            } catch {
                try Task.checkCancellation()
                if let refusal = error as? PloyzError, refusal.code == .storeRefused { throw refusal }
                avoid(endpoint)
                failures.append("\(endpoint): \(error)")
                logger.debug(
                    "The store's endpoint did not answer",
                    metadata: ["store.endpoint": "\(endpoint)", "store.path": "\(path)", "error": "\(error)"]
                )
                if sent.flag.isTaken, !maySendTwice { throw StoreFailure.outcomeUnknown(failures) }
            }
        }
        throw StoreFailure.unreachable(failures)
    }

    /// A call to one endpoint and no other.
    func ask<Answer: Decodable>(
        _ endpoint: StoreEndpoint,
        _ path: String,
        _ request: some Encodable,
        as type: Answer.Type,
        within limit: Duration? = nil
    ) async throws -> Answer {
        let body = SentBody(bytes: ByteBuffer(bytes: try JSON.encode(request)))
        return try JSON.decode(type, from: await post(endpoint, path, body, within: limit ?? limits.attempt))
    }

    private func post(
        _ endpoint: StoreEndpoint,
        _ path: String,
        _ body: SentBody,
        within limit: Duration
    ) async throws -> Data {
        let request = Self.request(endpoint, path, body)
        let response = try await client.execute(request, deadline: .now() + TimeAmount(limit), logger: logger)
        let answer = try await response.body.collect(upTo: limits.answerBytes)
        let data = Data(answer.readableBytesView)
        guard response.status == .ok else {
            let failure = try? JSON.decode(EtcdFailure.self, from: data)
            let message = failure?.message ?? "HTTP status \(response.status.code)"
            throw failure?.isRefusal == true ? StoreFailure.refused(message) : EtcdAnswerError(message: message)
        }
        return data
    }

    /// Opens a stream of lines at the first endpoint that takes it. It ends with an error when nothing arrives for
    /// ``StoreLimits/watchSilence``.
    func stream(_ path: String, _ request: some Encodable) async throws -> (StoreEndpoint, response: HTTPClientResponse)
    {
        let body = ByteBuffer(bytes: try JSON.encode(request))
        var failures: [String] = []
        for endpoint in endpoints.withLock({ $0.inOrder }) {
            do {
                let request = Self.request(endpoint, path, SentBody(bytes: body))
                let response = try await client.execute(request, deadline: .distantFuture, logger: logger)
                guard response.status == .ok else {
                    throw EtcdAnswerError(message: "HTTP status \(response.status.code)")
                }
                prefer(endpoint)
                return (endpoint, response)
            } catch {
                try Task.checkCancellation()
                failures.append("\(endpoint): \(error)")
            }
        }
        throw StoreFailure.unreachable(failures)
    }

    /// Asks one endpoint whether its member is healthy: it has a leader and can commit (etcd's `/health`).
    func health(of endpoint: StoreEndpoint) async throws -> Bool {
        let request = HTTPClientRequest(url: "\(endpoint)/health")
        let response = try await client.execute(request, deadline: .now() + TimeAmount(limits.attempt), logger: logger)
        let answer = try await response.body.collect(upTo: 64 << 10)
        let health = try JSON.decode(EtcdHealth.self, from: Data(answer.readableBytesView))
        return response.status == .ok && health.health == "true"
    }

    private static func request(_ endpoint: StoreEndpoint, _ path: String, _ body: SentBody) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "\(endpoint)\(path)")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .stream(body, length: .known(Int64(body.bytes.readableBytes)))
        return request
    }
}

/// An answer of etcd that is neither a result nor a refusal.
struct EtcdAnswerError: Error, CustomStringConvertible {
    let message: String

    var description: String { message }
}
