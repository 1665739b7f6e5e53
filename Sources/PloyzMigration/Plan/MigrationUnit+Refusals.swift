package import PloyzModel

extension MigrationUnit {
    /// Every reason that lies in the unit itself not to move it: a global service, a bind mount, parts that are not
    /// together.
    package func refusals() -> [PloyzError] {
        guard let first = members.first?.instance else { return [] }
        var found: [PloyzError] = []
        for member in members {
            let service = member.service.ref
            if member.service.spec.placement == .global { found.append(.cannotMoveGlobal(service)) }
            for mount in member.service.spec.template.mounts {
                guard case .bind(let path) = mount.source else { continue }
                found.append(
                    PloyzError(
                        .bindMount,
                        "\(service) binds \(path) of its machine, which a migration cannot move",
                        next: "use a volume instead"
                    )
                )
            }
            if member.instance.machine != first.machine {
                found.append(
                    PloyzError(.notTheOwner, "\(member.instance.ref) shares a volume but is placed on another machine")
                )
            }
        }
        for volume in volumes where volume.owner != first.machine {
            found.append(PloyzError(.notTheOwner, "\(volume.ref) is not owned by the machine that \(first.ref) is on"))
        }
        return found
    }
}

extension PloyzError {
    package static func cannotMoveGlobal(_ service: ServiceRef) -> PloyzError {
        PloyzError(.globalService, "\(service) is placed on every machine (global): there is nothing to move")
    }
}
