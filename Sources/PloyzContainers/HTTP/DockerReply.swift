import Foundation
import PloyzModel

/// A complete answer of the daemon.
struct DockerReply: Sendable {
    let status: Int
    let body: Data

    private struct Message: Decodable { var message: String }

    /// What the daemon says about a failure.
    var message: String {
        if let decoded = try? JSON.decode(Message.self, from: body) { return decoded.message }
        return String(decoding: body.prefix(1024), as: UTF8.self)
    }

    /// - Throws: `docker-refused` with the daemon's words unless the status is one of `expected`.
    @discardableResult
    func expect(_ expected: Int..., doing action: String) throws -> DockerReply {
        guard expected.contains(status) else { throw refusal(doing: action) }
        return self
    }

    func refusal(doing action: String) -> PloyzError {
        PloyzError(.dockerRefused, "Docker would not \(action): \(message) (HTTP status \(status))")
    }

    /// - Throws: `docker-protocol` when the body is not the JSON that the API promises.
    func decode<Value: Decodable>(_ type: Value.Type, doing action: String) throws -> Value {
        do {
            return try JSON.decode(type, from: body)
        } catch {
            throw PloyzError(
                .dockerProtocol,
                "cannot read Docker's answer to '\(action)': \(error)",
                next: "check that the Docker socket is that of a Docker Engine from 20.10 on"
            )
        }
    }
}
