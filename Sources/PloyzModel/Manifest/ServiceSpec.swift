/// A service as the manifest describes it.
package struct ServiceSpec: Codable, Hashable, Sendable {
    package var name: ServiceName
    package var placement: Placement
    package var template: ContainerTemplate
    /// How the candidate of a migration is connected before the commit.
    package var candidateNetwork: CandidateNetwork?
    package var servicePorts: [ServicePort]
    package var publish: [PublishedPort]
    package var routes: [HTTPRoute]
    package var readiness: Readiness?
    package var labels: [String: String]
    package var restart: RestartPolicy

    package init(
        name: ServiceName,
        placement: Placement,
        template: ContainerTemplate,
        candidateNetwork: CandidateNetwork? = nil,
        servicePorts: [ServicePort] = [],
        publish: [PublishedPort] = [],
        routes: [HTTPRoute] = [],
        readiness: Readiness? = nil,
        labels: [String: String] = [:],
        restart: RestartPolicy = .always
    ) {
        self.name = name
        self.placement = placement
        self.template = template
        self.candidateNetwork = candidateNetwork
        self.servicePorts = servicePorts
        self.publish = publish
        self.routes = routes
        self.readiness = readiness
        self.labels = labels
        self.restart = restart
    }

    enum CodingKeys: String, CodingKey {
        case name, placement, template, publish, routes, readiness, labels, restart
        case candidateNetwork = "candidate_network"
        case servicePorts = "service_ports"
    }

    /// The names of the volumes that the service mounts.
    package var volumeNames: [VolumeName] {
        template.mounts.compactMap { mount in
            if case .volume(let name) = mount.source { name } else { nil }
        }
    }
}

/// `"global"`, one instance on every machine, or `{"replicated": {"count": n}}`.
package enum Placement: Hashable, Sendable {
    case global
    case replicated(count: Int)
}

extension Placement: Codable {
    private struct Replicated: Codable { var count: Int }
    private enum Keys: String, CodingKey { case replicated }

    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            guard text == "global" else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "'global' or replicated")
                )
            }
            self = .global
        } else {
            let container = try decoder.container(keyedBy: Keys.self)
            self = .replicated(count: try container.decode(Replicated.self, forKey: .replicated).count)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .global:
            var container = encoder.singleValueContainer()
            try container.encode("global")
        case .replicated(let count):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(Replicated(count: count), forKey: .replicated)
        }
    }
}

package enum RestartPolicy: String, Codable, Hashable, Sendable, CaseIterable {
    case no
    case onFailure = "on-failure"
    case always
}

/// Whether a candidate may send packets out before the commit; nothing reaches it either way.
package enum CandidateNetwork: String, Codable, Hashable, Sendable, CaseIterable {
    case sealed
    case egress
}

package enum TransportProtocol: String, Codable, Hashable, Sendable, CaseIterable {
    case tcp, udp
}

/// A port that the service listens on at its overlay address.
package struct ServicePort: Codable, Hashable, Sendable {
    package var name: String?
    /// 1 to 65535.
    package var port: Int
    package var `protocol`: TransportProtocol

    package init(name: String? = nil, port: Int, protocol: TransportProtocol = .tcp) {
        self.name = name
        self.port = port
        self.protocol = `protocol`
    }
}

/// A port that answers on every machine, unique in the cluster.
package struct PublishedPort: Codable, Hashable, Sendable {
    /// The port on the machines, 1 to 65535.
    package var port: Int
    /// The service's own port, 1 to 65535.
    package var target: Int
    package var `protocol`: TransportProtocol

    package init(port: Int, target: Int, protocol: TransportProtocol = .tcp) {
        self.port = port
        self.target = target
        self.protocol = `protocol`
    }
}

/// An HTTP host and path that leads to a service port.
package struct HTTPRoute: Codable, Hashable, Sendable {
    package var host: String
    package var path: String
    package var port: Int

    package init(host: String, path: String = "/", port: Int) {
        self.host = host
        self.path = path
        self.port = port
    }
}
