package import PloyzMigration
package import PloyzModel

/// The syntax of a manifest's text.
package enum ManifestFormat: String, Codable, Hashable, Sendable, CaseIterable {
    case toml, json
}

/// Asks for `deploy` or `deploy preview`.
package struct DeployRequest: Document {
    /// The manifest as the operator wrote it; the daemon reads and checks it.
    package let document: String
    package let format: ManifestFormat
    /// For the moves in the manifest's intent.
    package let limits: MigrationLimits

    package init(document: String, format: ManifestFormat, limits: MigrationLimits = MigrationLimits()) {
        self.document = document
        self.format = format
        self.limits = limits
    }
}

/// One difference between the manifest and the cluster.
package struct DeployChange: Document {
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case create, update, restart, move, remove, unchanged
    }

    package enum Subject: String, Codable, Hashable, Sendable, CaseIterable {
        case service, instance, volume
    }

    package let kind: Kind
    package let subject: Subject
    /// The reference, such as `shop/redis/0`.
    package let name: String
    /// Where it is or will be; nil for what has no place.
    package let machine: MachinePlace?
    /// What differs, in words.
    package let detail: String?

    package init(kind: Kind, subject: Subject, name: String, machine: MachinePlace? = nil, detail: String? = nil) {
        self.kind = kind
        self.subject = subject
        self.name = name
        self.machine = machine
        self.detail = detail
    }
}

/// What `deploy preview` prints. Nothing was changed.
package struct DeployPreview: Document {
    package let namespace: NamespaceName
    package let changes: [DeployChange]
    /// What the moves in the manifest's intent would do.
    package let migrations: [MigrationPreview]
    package let warnings: [String]

    package init(
        namespace: NamespaceName,
        changes: [DeployChange],
        migrations: [MigrationPreview] = [],
        warnings: [String] = []
    ) {
        self.namespace = namespace
        self.changes = changes
        self.migrations = migrations
        self.warnings = warnings
    }
}

/// What `deploy` prints.
package struct DeployResult: Document {
    package let namespace: NamespaceName
    /// What was done.
    package let changes: [DeployChange]
    /// The moves that the manifest's intent started.
    package let migrations: [MigrationStart]
    package let warnings: [String]

    package init(
        namespace: NamespaceName,
        changes: [DeployChange],
        migrations: [MigrationStart] = [],
        warnings: [String] = []
    ) {
        self.namespace = namespace
        self.changes = changes
        self.migrations = migrations
        self.warnings = warnings
    }
}
