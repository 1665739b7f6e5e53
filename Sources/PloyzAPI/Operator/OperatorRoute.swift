/// The routes of the operator API, for the router and the client alike.
package enum OperatorRoute: String, CaseIterable, Sendable {
    case version = "/v1/version"
    case initializeMesh = "/v1/mesh/init"
    case join = "/v1/mesh/join"
    case meshStatus = "/v1/mesh"
    case createInvite = "/v1/invites"
    case invites = "/v1/invites/list"
    case revokeInvite = "/v1/invites/revoke"
    case machines = "/v1/machines"
    case setLifecycle = "/v1/machines/lifecycle"
    case removeMachine = "/v1/machines/removal"
    case renameMachine = "/v1/machines/name"
    case updateMachine = "/v1/machines/labels"
    case roundTrips = "/v1/machines/round-trips"
    case status = "/v1/status"
    case previewDeploy = "/v1/deployments/preview"
    case deploy = "/v1/deployments"
    case services = "/v1/services"
    case volumes = "/v1/volumes"
    case previewMigration = "/v1/migrations/preview"
    case renderManifest = "/v1/migrations/manifest"
    case applyMigration = "/v1/migrations/apply"
    case migrations = "/v1/migrations"
    case migration = "/v1/migrations/{id}"
    case watch = "/v1/migrations/{id}/events"
    case cancelMigration = "/v1/migrations/{id}/cancel"
    case previewDrain = "/v1/drains/preview"
    case startDrain = "/v1/drains"
    case watchDrain = "/v1/drains/{id}/events"

    case changeStorage = "/v1/store/members"
    case snapshot = "/v1/store/snapshot"
    case restore = "/v1/store/restore"

    /// Whether it is a GET; all others are POST.
    package var isRead: Bool { Self.reads.contains(self) }

    private static let reads: Set<Self> = [
        .version, .meshStatus, .invites, .machines, .status, .services, .volumes, .migrations, .migration, .watch,
        .watchDrain, .snapshot,
    ]

    /// The path, with the value of its one parameter.
    package func path(id: String = "") -> String { rawValue.replacing("{id}", with: id) }
}
