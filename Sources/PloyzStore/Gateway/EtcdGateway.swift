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
    private struct Endpoints {
        var all: [StoreEndpoint]
        /// The one that answered last is asked first.
        var preferred = 0

        var inOrder: [StoreEndpoint] {
            guard !all.isEmpty else { return [] }
            let start = preferred % all.count
            return Array(all[start...] + all[..<start])
        }
    }

    private let client: HTTPClient
    private let limits: StoreLimits
    private let logger: Logger
    private let endpoints: Mutex<Endpoints>

    init(endpoints: [StoreEndpoint], credentials: StoreCredentials, limits: StoreLimits, logger: Logger) throws {
        var configuration = HTTPClient.Configuration(tlsConfiguration: try credentials.tlsConfiguration())
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: TimeAmount(limits.connect), read: TimeAmount(limits.watchSilence))
        // A new connection costs milliseconds of TLS, and the commit is on the critical path.
        configuration.connectionPool.idleTimeout = .hours(1)
        // Watches keep theirs; a commit must not wait for one.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.endpoints = Mutex(Endpoints(all: endpoints))
        self.limits = limits
        self.logger = logger
    }

    func shutDown() async throws { try await client.shutdown() }

    func replaceEndpoints(_ all: [StoreEndpoint]) {
        endpoints.withLock { endpoints in
            if endpoints.all != all { endpoints = Endpoints(all: all) }
        }
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
        for endpoint in endpoints.withLock({ $0.inOrder }) {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { break }
            let sent = SentBody(bytes: ByteBuffer(bytes: body))
            do {
                let answer = try await post(endpoint, path, sent, within: min(left, limits.attempt))
                prefer(endpoint)
                return try JSON.decode(type, from: answer)
            } catch {
                try Task.checkCancellation()
                if let refusal = error as? PloyzError, refusal.code == .storeRefused { throw refusal }
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
    func stream(_ path: String, _ request: some Encodable) async throws -> HTTPClientResponse {
        let body = ByteBuffer(bytes: try JSON.encode(request))
        var failures: [String] = []
        for endpoint in endpoints.withLock({ $0.inOrder }) {
            do {
                let request = Self.request(endpoint, path, SentBody(bytes: body))
                let response = try await client.execute(request, deadline: .distantFuture, logger: logger)
                guard response.status == .ok else {
                    throw EtcdAnswerError(message: "HTTP status \(response.status.code)")
                }
                return response
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

    private func prefer(_ endpoint: StoreEndpoint) {
        endpoints.withLock { endpoints in
            if let index = endpoints.all.firstIndex(of: endpoint) { endpoints.preferred = index }
        }
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
