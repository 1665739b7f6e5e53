/// The answer of `GET /containers/{id}/json`, as far as we use it.
struct ContainerInspection: Decodable, Sendable {
    struct State: Decodable, Sendable {
        let running: Bool
        let paused: Bool
        /// In the daemon's process namespace; 0 when the container does not run.
        let pid: Int32
        let exitCode: Int32
        /// Why the last start failed; empty when it did not.
        let error: String
        /// `0001-01-01T00:00:00Z` before the first start.
        let startedAt: String

        var wasStarted: Bool { !startedAt.hasPrefix("0001-") }

        enum CodingKeys: String, CodingKey {
            case running = "Running"
            case paused = "Paused"
            case pid = "Pid"
            case exitCode = "ExitCode"
            case error = "Error"
            case startedAt = "StartedAt"
        }
    }

    struct Config: Decodable, Sendable {
        let labels: [String: String]?
        /// Of the container, else of its image; absent for SIGTERM.
        let stopSignal: String?

        enum CodingKeys: String, CodingKey {
            case labels = "Labels"
            case stopSignal = "StopSignal"
        }
    }

    let id: String
    /// The image's ID.
    let image: String
    let state: State
    let config: Config

    var labels: [String: String] { config.labels ?? [:] }

    /// Whether this very request, or an equal one, made the container.
    func hasDigest(of request: ContainerCreation) -> Bool {
        guard let digest = request.labels[ContainerLabel.digest] else { return false }
        return labels[ContainerLabel.digest] == digest
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case image = "Image"
        case state = "State"
        case config = "Config"
    }
}
