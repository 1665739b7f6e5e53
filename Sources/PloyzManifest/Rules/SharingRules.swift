import PloyzModel

/// Rules between services: what two of them must not both have.
extension ManifestRules {
    mutating func checkPublishedPorts() {
        var claims: [String: DocumentPath] = [:]
        for (serviceIndex, service) in manifest.services.enumerated() {
            for (index, port) in service.publish.enumerated() {
                let path = DocumentPath.root.field("services").index(serviceIndex).field("publish").index(index)
                let claim = "\(port.port)/\(port.protocol.rawValue)"
                if let earlier = claims[claim] {
                    problems.add("\(claim) is published by \(earlier) already", at: path.field("port"))
                } else {
                    claims[claim] = path
                }
            }
        }
    }

    mutating func checkRoutes() {
        var claims: [HTTPRoute: DocumentPath] = [:]
        for (serviceIndex, service) in manifest.services.enumerated() {
            for (index, route) in service.routes.enumerated() {
                let path = DocumentPath.root.field("services").index(serviceIndex).field("routes").index(index)
                // Where a route leads does not make it another one.
                let claim = HTTPRoute(host: route.host, path: route.path, port: 0)
                if let earlier = claims[claim] {
                    problems.add("\(route.host)\(route.path) is the route of \(earlier) already", at: path)
                } else {
                    claims[claim] = path
                }
            }
        }
    }

    /// A volume of scope `single` has one service.
    mutating func checkSharing() {
        var users: [VolumeName: ServiceName] = [:]
        for (serviceIndex, service) in manifest.services.enumerated() {
            let path = DocumentPath.root.field("services").index(serviceIndex).field("template").field("mounts")
            for (index, mount) in service.template.mounts.enumerated() {
                guard case .volume(let volume) = mount.source, case .known(let spec) = answer(for: volume),
                    spec.scope == .single
                else { continue }
                if let user = users[volume], user != service.name {
                    problems.add(
                        "the volume '\(volume)' is mounted by '\(user)' already; its scope must be \"shared\" for both",
                        at: path.index(index).field("source").field("volume")
                    )
                } else {
                    users[volume] = service.name
                }
            }
        }
    }
}
