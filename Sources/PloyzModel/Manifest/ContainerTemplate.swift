/// What is run, and with what.
package struct ContainerTemplate: Codable, Hashable, Sendable {
    package var image: String
    package var command: [String]?
    package var entrypoint: [String]?
    package var env: [String: EnvironmentValue]
    package var mounts: [Mount]
    /// `user[:group]`, names or numbers, as Docker takes it.
    package var user: String?
    package var capAdd: [String]
    package var capDrop: [String]
    /// The time between the stop signal and the kill, 10 s unless told.
    package var stopGracePeriod: Span
    package var pullPolicy: PullPolicy
    package var resources: Resources?
    package var sysctls: [String: String]

    package static let defaultStopGracePeriod = Span(milliseconds: 10_000)

    package init(
        image: String,
        command: [String]? = nil,
        entrypoint: [String]? = nil,
        env: [String: EnvironmentValue] = [:],
        mounts: [Mount] = [],
        user: String? = nil,
        capAdd: [String] = [],
        capDrop: [String] = [],
        stopGracePeriod: Span = ContainerTemplate.defaultStopGracePeriod,
        pullPolicy: PullPolicy = .missing,
        resources: Resources? = nil,
        sysctls: [String: String] = [:]
    ) {
        self.image = image
        self.command = command
        self.entrypoint = entrypoint
        self.env = env
        self.mounts = mounts
        self.user = user
        self.capAdd = capAdd
        self.capDrop = capDrop
        self.stopGracePeriod = stopGracePeriod
        self.pullPolicy = pullPolicy
        self.resources = resources
        self.sysctls = sysctls
    }

    enum CodingKeys: String, CodingKey {
        case image, command, entrypoint, env, mounts, user, resources, sysctls
        case capAdd = "cap_add"
        case capDrop = "cap_drop"
        case stopGracePeriod = "stop_grace_period"
        case pullPolicy = "pull_policy"
    }
}

package enum PullPolicy: String, Codable, Hashable, Sendable, CaseIterable {
    /// Pull when the machine lacks the image.
    case missing
    case always
    case never
}

package struct Resources: Codable, Hashable, Sendable {
    /// The most memory the container may use; nil for no limit.
    package var memory: Capacity?
    /// The most processor time, in cores; nil for no limit.
    package var cpus: Double?
    /// The most processes; nil for no limit.
    package var pids: Int?

    package init(memory: Capacity? = nil, cpus: Double? = nil, pids: Int? = nil) {
        self.memory = memory
        self.cpus = cpus
        self.pids = pids
    }
}

/// `{"source": {"volume": name} | {"bind": path} | "tmpfs", "target": path, "readonly": bool}`.
package struct Mount: Codable, Hashable, Sendable {
    package var source: Source
    /// An absolute path in the container.
    package var target: String
    package var readonly: Bool

    package init(source: Source, target: String, readonly: Bool = false) {
        self.source = source
        self.target = target
        self.readonly = readonly
    }

    package enum Source: Hashable, Sendable {
        case volume(VolumeName)
        case bind(String)
        case tmpfs
    }
}

extension Mount.Source: Codable {
    private enum Keys: String, CodingKey { case volume, bind }

    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            guard text == "tmpfs" else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "'tmpfs', volume or bind")
                )
            }
            self = .tmpfs
        } else {
            let container = try decoder.container(keyedBy: Keys.self)
            if let path = try container.decodeIfPresent(String.self, forKey: .bind) {
                self = .bind(path)
            } else {
                self = .volume(try container.decode(VolumeName.self, forKey: .volume))
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .volume(let name):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(name, forKey: .volume)
        case .bind(let path):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(path, forKey: .bind)
        case .tmpfs:
            var container = encoder.singleValueContainer()
            try container.encode("tmpfs")
        }
    }
}
