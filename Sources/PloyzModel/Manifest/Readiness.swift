/// How to tell that an instance is ready: a probe made from inside its network until it succeeds or time is up.
package struct Readiness: Codable, Hashable, Sendable {
    package var probe: Probe
    /// The time an instance has to become ready, 30 s unless told.
    package var timeout: Span

    package init(probe: Probe, timeout: Span = Readiness.defaultTimeout) {
        self.probe = probe
        self.timeout = timeout
    }

    package static let defaultTimeout = Span(milliseconds: 30_000)

    package enum Probe: Hashable, Sendable {
        /// An HTTP GET that answers with a status of 200 to 399.
        case http(port: Int, path: String)
        /// A TCP connection that is accepted.
        case tcp(port: Int)
        /// A command in the container that exits with 0.
        case exec(command: [String])
    }

    private struct HTTP: Codable {
        var port: Int
        var path: String?
    }
    private struct TCP: Codable { var port: Int }
    private struct Exec: Codable { var command: [String] }
    private enum Keys: String, CodingKey { case http, tcp, exec, timeout }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        timeout = try container.decodeIfPresent(Span.self, forKey: .timeout) ?? Self.defaultTimeout
        if let http = try container.decodeIfPresent(HTTP.self, forKey: .http) {
            probe = .http(port: http.port, path: http.path ?? "/")
        } else if let tcp = try container.decodeIfPresent(TCP.self, forKey: .tcp) {
            probe = .tcp(port: tcp.port)
        } else {
            probe = .exec(command: try container.decode(Exec.self, forKey: .exec).command)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(timeout, forKey: .timeout)
        switch probe {
        case .http(let port, let path): try container.encode(HTTP(port: port, path: path), forKey: .http)
        case .tcp(let port): try container.encode(TCP(port: port), forKey: .tcp)
        case .exec(let command): try container.encode(Exec(command: command), forKey: .exec)
        }
    }
}
