import PloyzAPI
import PloyzMigration
import PloyzModel

/// What a deployment would do, as a value: `deploy preview` prints it, `deploy` commits its transaction and hands its
/// moves on.
struct DeployPlan: Hashable, Sendable {
    let namespace: NamespaceName
    /// For people: volumes, then services with their instances, then moves.
    var changes: [DeployChange] = []

    // MARK: Records as they will be

    var services: [ServiceRecord] = []
    var secrets: [SecretsRecord] = []
    var instances: [InstanceRecord] = []
    var volumes: [VolumeRecord] = []
    var routes: [RouteRecord] = []
    var claims: [PortClaim] = []

    // MARK: What goes

    var removedSecrets: [ServiceRef] = []
    var removedInstances: [InstanceRecord] = []
    var removedClaims: [PublishedPort] = []

    /// Keys that are not written, but must be as they were read: machines that take something, volumes that decide a
    /// place, locks that nobody holds.
    var reliedOn: Set<StoreKey> = []

    /// Migrations to ask for when the transaction is committed; a deployment itself moves nothing.
    var moves: [DeployMove] = []

    init(namespace: NamespaceName) { self.namespace = namespace }

    /// Whether the store is to be written at all.
    var writesNothing: Bool {
        services.isEmpty && instances.isEmpty && volumes.isEmpty && routes.isEmpty && claims.isEmpty
            && removedInstances.isEmpty && removedClaims.isEmpty
    }
}

/// A published port and the service that takes it.
struct PortClaim: Hashable, Sendable {
    let port: PublishedPort
    let service: ServiceRef
}

/// One migration that a manifest asks for.
struct DeployMove: Hashable, Sendable {
    let instance: InstanceRef
    let from: MachineID
    let to: MachineID
    /// Of the service, as the plan saw it.
    let generation: UInt64
    /// Everything that moves, this instance first.
    let unit: MigrationUnit
}

extension DeployPlan: CustomStringConvertible {
    /// One line for each change, such as `+ create volume shop/data on m2 (quota 1GiB)`.
    var description: String { changes.map(\.line).joined(separator: "\n") }
}

extension DeployChange {
    var line: String {
        let verb =
            switch kind {
            case .create: "+ create"
            case .update: "~ change"
            case .restart: "~ restart"
            case .move: "> move"
            case .remove: "- remove"
            case .unchanged: "= unchanged"
            }
        let place = machine.map { kind == .move ? " to \($0)" : " on \($0)" } ?? ""
        return "\(verb) \(subject.rawValue) \(name)\(place)" + (detail.map { " (\($0))" } ?? "")
    }
}
