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
    /// What needs a person's eye, in words.
    package let warnings: [String]

    package init(
        id: ClusterID,
        name: ClusterName,
        storeHealthy: Bool,
        machines: [MachineSummary],
        services: [ServiceSummary],
        migrations: [MigrationSummary],
        warnings: [String]
    ) {
        self.id = id
        self.name = name
        self.storeHealthy = storeHealthy
        self.machines = machines
        self.services = services
        self.migrations = migrations
        self.warnings = warnings
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
