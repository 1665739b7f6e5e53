import PloyzMigration
import PloyzModel

/// The names of an instance's containers: `ployz.<namespace>.<service>.<index>` for the workload, the same with
/// `.sandbox` for the sandbox. Labels hold no dot, so no two instances share a name.
struct ContainerName: Hashable, Sendable, CustomStringConvertible {
    let instance: InstanceRef
    let role: OurContainer.Role

    static func workload(_ instance: InstanceRef) -> ContainerName { .init(instance: instance, role: .workload) }

    static func sandbox(_ instance: InstanceRef) -> ContainerName { .init(instance: instance, role: .sandbox) }

    var description: String {
        let base = "ployz.\(instance.service.namespace).\(instance.service.service).\(instance.index)"
        return role == .sandbox ? base + ".sandbox" : base
    }
}
