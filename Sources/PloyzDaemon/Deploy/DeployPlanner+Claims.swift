import PloyzMigration
import PloyzModel

extension DeployPlanner {
    /// Published ports are unique in the cluster: new ones are claimed, those that a service no longer has are given up.
    mutating func planClaims() {
        var wanted: Set<StoreKey> = []
        for spec in manifest.services {
            for port in spec.publish {
                let key = StoreKey.publishedPort(port)
                wanted.insert(key)
                let holder = picture.claims[key]
                if holder == nil || givesUp(holder, key) {
                    plan.claims.append(PortClaim(port: port, service: ref(spec.name)))
                } else if let holder, holder != ref(spec.name) {
                    refuse(
                        .portClaimed,
                        "\(ref(spec.name)) cannot publish port \(port.port)/\(port.protocol.rawValue): \(holder) does",
                        next: "ployzctl service ls"
                    )
                }
            }
        }
        for spec in manifest.services {
            guard let current = picture.service(ref(spec.name)) else { continue }
            for port in current.spec.publish {
                let key = StoreKey.publishedPort(port)
                if !wanted.contains(key), picture.claims[key] == current.ref { plan.removedClaims.append(port) }
            }
        }
    }

    /// Whether the manifest takes the port from a service that it declares, to give it to another.
    private func givesUp(_ holder: ServiceRef?, _ key: StoreKey) -> Bool {
        guard let holder, holder.namespace == manifest.namespace,
            let spec = manifest.services.first(where: { $0.name == holder.service })
        else { return false }
        return !spec.publish.contains { StoreKey.publishedPort($0) == key }
    }
}
