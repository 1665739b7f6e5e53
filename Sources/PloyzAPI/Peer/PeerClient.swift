package import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import PloyzMigration
import PloyzModel

/// Another machine's daemon, over mutual TLS. Connections are kept between calls.
///
/// The other side is believed only when its certificate is of our authority and has the ID of the machine that is meant:
/// an address alone proves nothing.
package struct PeerClient: Peer {
    /// The largest answer, in bytes.
    static let maximumAnswer = 8 << 20

    package let target: PeerTarget
    /// The connections to the machine, for other routes of its daemon, such as those of the operator API; URLs start with
    /// the target's ``PeerTarget/baseURL``.
    package let http: HTTPClient

    /// - Parameter connect: until a connection is open, TLS included.
    /// - Throws: when the credentials are malformed.
    package init(_ target: PeerTarget, credentials: TransportCredentials, connect: Duration = .seconds(3)) throws {
        var configuration = HTTPClient.Configuration(tlsConfiguration: try credentials.client())
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.dnsOverride = [target.machine.text: target.address]
        configuration.http1_1ConnectionDebugInitializer = { channel in
            PeerIdentity.verify(target.machine, on: channel).flatMap { DeadConnection.detect(on: channel) }
        }
        configuration.timeout.connect = TimeAmount(connect)
        // Shorter than the server's own, so that it is never the server that closes a connection which is just about
        // to be used.
        configuration.connectionPool.idleTimeout = .seconds(60)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        configuration.connectionPool.retryConnectionEstablishment = false
        self.target = target
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes every connection. Must be called before the last copy of the client is dropped.
    package func shutDown() async throws { try await http.shutdown() }

    package func facts(_ question: TargetQuestion) async throws -> TargetFacts { try await call(.facts, question) }

    package func prepare(_ request: PrepareRequest) async throws { try await order(.prepare, request) }

    package func ticket(_ request: TicketRequest) async throws -> TransferTicket { try await call(.ticket, request) }

    package func adopt(_ request: AdoptRequest) async throws { try await order(.adopt, request) }

    package func start(_ request: StartRequest) async throws -> StartReport { try await call(.start, request) }

    package func settle(_ request: SettleRequest) async throws { try await order(.settle, request) }

    package func discard(_ request: DiscardRequest) async throws { try await order(.discard, request) }

    package func follow(_ request: FollowRequest) async throws { try await order(.follow, request) }

    private func order(_ route: PeerRoute, _ request: some Encodable) async throws {
        let _: PeerDone = try await call(route, request)
    }

    private func call<Answer: Decodable>(_ route: PeerRoute, _ request: some Encodable) async throws -> Answer {
        try await call(route.rawValue, request, within: route.deadline)
    }

    /// Calls a route that the daemon added to its ``PeerServer``: a POST of one JSON document, answered by another.
    ///
    /// - Throws: the ``PloyzError`` that the other daemon answered with, or `peer-unreachable`; then the call may have
    ///   been performed all the same.
    package func call<Answer: Decodable>(
        _ path: String,
        _ request: some Encodable,
        within limit: Duration
    ) async throws -> Answer {
        var message = HTTPClientRequest(url: target.baseURL + path)
        message.method = .POST
        message.headers.add(name: "content-type", value: "application/json")
        message.body = .bytes(ByteBuffer(bytes: try JSON.encode(request)))
        let status: HTTPResponseStatus
        let body: Data
        do {
            let response = try await http.execute(message, deadline: .now() + TimeAmount(limit))
            status = response.status
            body = Data(try await response.body.collect(upTo: Self.maximumAnswer).readableBytesView)
        } catch {
            try Task.checkCancellation()
            throw unreachable(error)
        }
        guard status == .ok else { throw failure(status, body) }
        do {
            return try JSON.decode(Answer.self, from: body)
        } catch {
            throw PloyzError(
                .failed,
                "the answer of \(target.name) to '\(path)' could not be read: \(error)",
                next: "compare the versions of the daemons with 'ployzctl mesh status'"
            )
        }
    }

    private func failure(_ status: HTTPResponseStatus, _ body: Data) -> PloyzError {
        if let document = try? DocumentForm.decode(ErrorDocument.self, from: body) { return document.error }
        return PloyzError(.failed, "the daemon of \(target.name) answered with HTTP status \(status.code)")
    }

    private func unreachable(_ error: any Error) -> PloyzError {
        if error is PeerIdentity.Mismatch {
            return PloyzError(
                .peerUnreachable,
                "the machine at \(target.place) is not \(target.name) (\(target.machine)): its certificate says otherwise",
                next: "compare the addresses with 'ployzctl machine ls'"
            )
        }
        return PloyzError(
            .peerUnreachable,
            "the daemon of \(target.name) does not answer at \(target.place): \(error)",
            next: "check the machine with 'ployzctl mesh status'"
        )
    }
}

/// The answer to an order that has nothing to tell but that it is done.
struct PeerDone: Codable, Sendable {}
