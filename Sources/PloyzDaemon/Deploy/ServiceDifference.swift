import PloyzModel

/// What differs between two descriptions of a service.
struct ServiceDifference {
    /// The fields' names as the manifest writes them; those of the template by themselves.
    let fields: [String]
    /// Whether running containers must be made anew.
    let needsRestart: Bool
    /// Whether the image must be resolved anew.
    let needsImage: Bool

    init(from old: ServiceSpec, to new: ServiceSpec) {
        let template = Self.changes(from: old.template, to: new.template)
        var fields: [String] = []
        if old.placement != new.placement { fields.append("placement") }
        fields += template
        if old.candidateNetwork != new.candidateNetwork { fields.append("candidate_network") }
        if old.servicePorts != new.servicePorts { fields.append("service_ports") }
        if old.publish != new.publish { fields.append("publish") }
        if old.routes != new.routes { fields.append("routes") }
        if old.readiness != new.readiness { fields.append("readiness") }
        if old.labels != new.labels { fields.append("labels") }
        if old.restart != new.restart { fields.append("restart") }
        self.fields = fields
        // The grace and the pull policy are read when they are needed, not when a container is made.
        needsRestart = !Set(template).subtracting(["stop_grace_period", "pull_policy"]).isEmpty
        needsImage = old.template.image != new.template.image
    }

    private static func changes(from old: ContainerTemplate, to new: ContainerTemplate) -> [String] {
        var fields: [String] = []
        if old.image != new.image { fields.append("image") }
        if old.command != new.command { fields.append("command") }
        if old.entrypoint != new.entrypoint { fields.append("entrypoint") }
        if old.env != new.env { fields.append("env") }
        if old.mounts != new.mounts { fields.append("mounts") }
        if old.user != new.user { fields.append("user") }
        if old.capAdd != new.capAdd { fields.append("cap_add") }
        if old.capDrop != new.capDrop { fields.append("cap_drop") }
        if old.stopGracePeriod != new.stopGracePeriod { fields.append("stop_grace_period") }
        if old.pullPolicy != new.pullPolicy { fields.append("pull_policy") }
        if old.resources != new.resources { fields.append("resources") }
        if old.sysctls != new.sysctls { fields.append("sysctls") }
        return fields
    }
}
