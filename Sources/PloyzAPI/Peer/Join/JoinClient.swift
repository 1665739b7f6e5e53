import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import PloyzModel
package import PloyzTrust

/// Asks a cluster, on behalf of a machine that has only a token, to be admitted.
package struct JoinClient: Sendable {
    private static let maximumAnswer = 1 << 20
    private let token: JoinToken

    package init(_ token: JoinToken) { self.token = token }

    /// Asks each endpoint of the token in turn until one answers.
    ///
    /// Only a server with a certificate of the token's authority is spoken to. Its name is not compared with the endpoint:
    /// every machine of the cluster may admit, and behind a translated address a certificate cannot know the one
    /// that is called.
    ///
    /// - Throws: the ``PloyzError`` that the cluster answered with, or `peer-unreachable` with what each endpoint did.
    package func join(_ request: AdmissionRequest) async throws -> Admission {
        try await Self.withClient(trusting: token.root) { client in try await join(request, with: client) }
    }

    /// Asks a storage member, at its join API, for another certificate in the place of one that has ended.
    package static func renew(
        _ request: RenewalRequest,
        at endpoint: JoinEndpoint,
        trusting root: TrustRoot
    ) async throws -> RenewedCertificate {
        let body = try JSON.encode(request)
        return try await withClient(trusting: root) { client in
            let answer = try await post(body, to: endpoint, path: RenewalRequest.path, with: client)
            guard answer.isOK else {
                if let document = try? DocumentForm.decode(ErrorDocument.self, from: answer.body) {
                    throw document.error
                }
                throw PloyzError(
                    .failed,
                    "the answer of \(endpoint) to the request for a certificate could not be read"
                )
            }
            return try JSON.decode(RenewedCertificate.self, from: answer.body)
        }
    }

    private static func withClient<Answer>(
        trusting root: TrustRoot,
        _ body: (HTTPClient) async throws -> Answer
    ) async throws -> Answer {
        var tls = try TransportCredentials.client(trusting: root)
        tls.certificateVerification = .noHostnameVerification
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let answer = try await body(client)
            try await client.shutdown()
            return answer
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private func join(_ request: AdmissionRequest, with client: HTTPClient) async throws -> Admission {
        let body = try JSON.encode(request)
        var failures: [String] = []
        for endpoint in token.endpoints {
            let answer: (isOK: Bool, body: Data)
            do {
                answer = try await Self.post(body, to: endpoint, path: JoinServer.path, with: client)
            } catch {
                try Task.checkCancellation()
                failures.append("\(endpoint): \(error)")
                continue
            }
            return try read(answer.body, isAdmitted: answer.isOK, from: endpoint)
        }
        throw PloyzError(
            .peerUnreachable,
            "no machine of the cluster \(token.cluster) answered: \(failures.joined(separator: "; "))",
            state: "this machine has not joined; when an answer was lost on its way, the token may be used up",
            next: """
                check that the endpoints' port is open; 'ployzctl machine ls' on a machine of the cluster shows whether \
                this one was admitted
                """
        )
    }

    private static func post(
        _ body: Data,
        to endpoint: JoinEndpoint,
        path: String,
        with client: HTTPClient
    ) async throws -> (isOK: Bool, body: Data) {
        var message = HTTPClientRequest(url: "https://\(endpoint)\(path)")
        message.method = .POST
        message.headers.add(name: "content-type", value: "application/json")
        message.body = .bytes(ByteBuffer(bytes: body))
        let response = try await client.execute(message, timeout: .seconds(30))
        let answer = try await response.body.collect(upTo: maximumAnswer)
        return (response.status == .ok, Data(answer.readableBytesView))
    }

    private func read(_ body: Data, isAdmitted: Bool, from endpoint: JoinEndpoint) throws -> Admission {
        guard isAdmitted else {
            if let document = try? DocumentForm.decode(ErrorDocument.self, from: body) { throw document.error }
            throw PloyzError(.failed, "the answer of \(endpoint) to the request to join could not be read")
        }
        let admission = try JSON.decode(Admission.self, from: body)
        guard admission.cluster.id == token.clusterID else {
            throw PloyzError(
                .failed,
                "\(endpoint) is of the cluster \(admission.cluster.id), not of \(token.clusterID) as the token says"
            )
        }
        return admission
    }
}
