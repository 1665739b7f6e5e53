package import PloyzMigration
package import PloyzModel

/// Asks for `migrate preview`, `apply` or `render-manifest`, in the operator's words: the daemon resolves machines.
package struct MoveRequest: Document {
    package let service: ServiceRef
    /// ID, name or any address of the target.
    package let to: String
    /// Which instance, when the service has several.
    package let instance: Int?
    /// ID, name or any address of the machine to take it from, when the service has several instances.
    package let from: String?
    package let limits: MigrationLimits
    /// Of a preview: as if the target took new things. Nil is false.
    package let takesTargetForActive: Bool?

    package init(
        service: ServiceRef,
        to: String,
        instance: Int? = nil,
        from: String? = nil,
        limits: MigrationLimits = MigrationLimits(),
        takesTargetForActive: Bool? = nil
    ) {
        self.service = service
        self.to = to
        self.instance = instance
        self.from = from
        self.limits = limits
        self.takesTargetForActive = takesTargetForActive
    }
}

/// What an operator allows a migration.
package struct MigrationLimits: Document {
    /// No cutover while the predicted downtime is above this; nil for no limit.
    package let maxDowntime: Span?
    /// A stream of which nothing was acknowledged for this long has stalled; nil for the default, 30 s.
    package let stallLimit: Span?

    package init(maxDowntime: Span? = nil, stallLimit: Span? = nil) {
        self.maxDowntime = maxDowntime
        self.stallLimit = stallLimit
    }
}

/// Asks for `migrate render-manifest`.
package struct RenderRequest: Document {
    package let move: MoveRequest
    package let format: ManifestFormat

    package init(move: MoveRequest, format: ManifestFormat) {
        self.move = move
        self.format = format
    }
}

/// What `migrate render-manifest` prints: the manifest that `migrate apply` submits.
package struct RenderedManifest: Document {
    package let service: ServiceRef
    package let format: ManifestFormat
    /// The manifest's text.
    package let document: String

    package init(service: ServiceRef, format: ManifestFormat, document: String) {
        self.service = service
        self.format = format
        self.document = document
    }
}

/// What became of an order to migrate; `apply --detach` prints it.
package struct MigrationStart: Document {
    package enum Outcome: String, Codable, Hashable, Sendable, CaseIterable {
        /// A new operation runs.
        case started
        /// The same migration was running already: this is its operation.
        case attached
        /// The instance is on the target: nothing was done and there is no operation.
        case alreadyThere = "already-there"
    }

    package let outcome: Outcome
    /// nil when ``outcome`` is ``Outcome/alreadyThere``.
    package let operation: OperationID?
    package let instance: InstanceRef
    package let to: MachinePlace

    package init(outcome: Outcome, operation: OperationID?, instance: InstanceRef, to: MachinePlace) {
        self.outcome = outcome
        self.operation = operation
        self.instance = instance
        self.to = to
    }
}
