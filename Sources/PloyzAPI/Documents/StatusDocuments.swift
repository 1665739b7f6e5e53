package import PloyzModel

/// What `status` prints: the cluster at a glance.
package struct ClusterStatus: Document {
    package let id: ClusterID
    package let name: ClusterName
    package let storeHealthy: Bool
    package let machines: [MachineSummary]
    package let services: [ServiceSummary]
    /// Migrations that have not ended.
    package let migrations: [MigrationSummary]
    /// Of the machine that was asked; nil where nothing is published.
    package let ingress: IngressSummary?
    /// What the daemon that was asked has refused since it started, by reason.
    package let refused: [String: Int]?
    /// What needs a person's eye, in words.
    package let warnings: [String]

    package init(
        id: ClusterID,
        name: ClusterName,
        storeHealthy: Bool,
        machines: [MachineSummary],
        services: [ServiceSummary],
        migrations: [MigrationSummary],
        ingress: IngressSummary? = nil,
        refused: [String: Int]? = nil,
        warnings: [String]
    ) {
        self.id = id
        self.name = name
        self.storeHealthy = storeHealthy
        self.machines = machines
        self.services = services
        self.migrations = migrations
        self.ingress = ingress
        self.refused = refused
        self.warnings = warnings
    }
}

/// What a machine's ingress has counted since its last reload, of all that is published together.
package struct IngressSummary: Codable, Hashable, Sendable {
    /// Connections that clients have open.
    package let open: Int
    /// Connections that clients made.
    package let connections: Int
    /// Tries to reach a service that were repeated: what waited.
    package let retries: Int
    /// Connections and requests that waited in vain.
    package let failed: Int
    /// Those that a service ended before their time.
    package let cutOff: Int

    package init(open: Int, connections: Int, retries: Int, failed: Int, cutOff: Int) {
        self.open = open
        self.connections = connections
        self.retries = retries
        self.failed = failed
        self.cutOff = cutOff
    }
}

/// The daemon's version, and of its API.
package struct DaemonVersion: Document {
    package let version: String
    /// The number in the routes, `/v1/…`.
    package let api: Int

    package init(version: String, api: Int = DaemonVersion.currentAPI) {
        self.version = version
        self.api = api
    }

    package static let currentAPI = 1
}

/// What `version` prints.
package struct VersionReport: Document {
    package let client: String
    /// nil when the daemon did not answer.
    package let daemon: DaemonVersion?

    package init(client: String, daemon: DaemonVersion?) {
        self.client = client
        self.daemon = daemon
    }
}
