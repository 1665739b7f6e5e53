import PloyzMigration
import PloyzModel

/// The labels that mark a container as ours. One without them is never touched, whatever its name.
enum ContainerLabel {
    static let instance = "io.ployz.instance"
    static let role = "io.ployz.role"
    static let epoch = "io.ployz.epoch"
    static let generation = "io.ployz.generation"
    static let operation = "io.ployz.operation"
    static let image = "io.ployz.image"
    static let address = "io.ployz.address"
    /// SHA-256 of the request that created the container, without this label.
    static let digest = "io.ployz.digest"

    /// The instance and role that labels name; nil when they are not ours or cannot be read.
    static func identity(in labels: [String: String]) -> ContainerName? {
        guard let text = labels[instance], let reference = try? InstanceRef(text),
            let role = labels[role].flatMap(OurContainer.Role.init(rawValue:))
        else { return nil }
        return ContainerName(instance: reference, role: role)
    }

    static func epoch(in labels: [String: String]) -> Epoch? { labels[epoch].flatMap { UInt64($0) }.map(Epoch.init) }

    static func generation(in labels: [String: String]) -> UInt64? { labels[generation].flatMap { UInt64($0) } }

    static func operation(in labels: [String: String]) -> OperationID? {
        labels[operation].flatMap { try? OperationID($0) }
    }
}
