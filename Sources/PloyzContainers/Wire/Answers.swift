import Foundation
import PloyzModel

/// One entry of `GET /containers/json`, or the answer of `POST /containers/create` and `POST /containers/{id}/exec`.
struct IdentityAnswer: Decodable, Sendable {
    let id: String

    enum CodingKeys: String, CodingKey { case id = "Id" }
}

/// The answer of `GET /images/{name}/json`, as far as we use it.
struct ImageAnswer: Decodable, Sendable {
    /// `sha256:…`.
    let id: String

    /// Bytes of all layers as they are unpacked; absent in answers that do not tell.
    let size: UInt64?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case size = "Size"
    }
}

/// One line of the progress that pulling, importing and loading an image send.
struct ImageProgress: Decodable, Sendable {
    /// Set when the whole request has failed, although its HTTP status says 200.
    let error: String?

    /// - Throws: an error with `code` when `line` reports a failure.
    static func check(_ line: Data, failure code: ErrorCode, doing action: String) throws {
        guard let progress = try? JSON.decode(ImageProgress.self, from: line) else {
            throw PloyzError(.dockerProtocol, "cannot read Docker's answer to '\(action)'")
        }
        if let error = progress.error { throw PloyzError(code, "Docker could not \(action): \(error)") }
    }
}

/// The answer of `GET /exec/{id}/json`, as far as we use it.
struct ExecAnswer: Decodable, Sendable {
    let running: Bool
    /// nil while the command runs.
    let exitCode: Int32?
    /// In the daemon's process namespace; 0 before the start.
    let pid: Int32

    enum CodingKeys: String, CodingKey {
        case running = "Running"
        case exitCode = "ExitCode"
        case pid = "Pid"
    }
}

/// The answer of `GET /info`, as far as we use it.
struct InfoAnswer: Decodable, Sendable {
    let architecture: String
    let serverVersion: String
    let driver: String
    /// `1` or `2`; absent before API 1.41.
    let cgroupVersion: String?
    let kernelVersion: String

    enum CodingKeys: String, CodingKey {
        case architecture = "Architecture"
        case serverVersion = "ServerVersion"
        case driver = "Driver"
        case cgroupVersion = "CgroupVersion"
        case kernelVersion = "KernelVersion"
    }
}
