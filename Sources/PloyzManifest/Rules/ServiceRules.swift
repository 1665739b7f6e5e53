import PloyzModel

/// Rules within one service.
extension ManifestRules {
    mutating func check(_ service: ServiceSpec, at path: DocumentPath) {
        checkMounts(of: service, at: path)
        checkPlacement(of: service, at: path)
        checkPorts(of: service, at: path)
        if let readiness = service.readiness {
            check(readiness, of: service, at: path.field("readiness"))
        }
        if service.template.command?.isEmpty == true {
            problems.add(
                "must not be empty; leave it out for the image's own",
                at: path.field("template").field("command")
            )
        }
    }

    private mutating func checkMounts(of service: ServiceSpec, at path: DocumentPath) {
        let list = path.field("template").field("mounts")
        var targets: [String: Int] = [:]
        for (index, mount) in service.template.mounts.enumerated() {
            let target = mount.target.split(separator: "/").joined(separator: "/")
            if let earlier = targets[target] {
                problems.add("\(list.index(earlier)) has the same target", at: list.index(index).field("target"))
            } else {
                targets[target] = index
            }
            if case .volume(let volume) = mount.source, case .missing = answer(for: volume) {
                problems.add(
                    "no volume '\(volume)' is declared\(volumeHint(for: volume))",
                    at: list.index(index).field("source").field("volume")
                )
            }
        }
    }

    private mutating func checkPlacement(of service: ServiceSpec, at path: DocumentPath) {
        guard let volume = service.volumeNames.first else { return }
        switch service.placement {
        case .global:
            problems.add(
                "a global service cannot mount the volume '\(volume)', which is on one machine",
                at: path.field("placement")
            )
        case .replicated(let count) where count > 1:
            problems.add(
                "must be 1, not \(count): the service mounts the volume '\(volume)'",
                at: path.field("placement").field("replicated").field("count")
            )
        case .replicated: break
        }
    }

    private mutating func checkPorts(of service: ServiceSpec, at path: DocumentPath) {
        let list = path.field("service_ports")
        for (index, port) in service.servicePorts.enumerated() {
            for (earlier, other) in service.servicePorts.prefix(index).enumerated() {
                if other.port == port.port, other.protocol == port.protocol {
                    problems.add(
                        "\(port.port)/\(port.protocol.rawValue) is in \(list.index(earlier)) already",
                        at: list.index(index).field("port")
                    )
                }
                if let name = port.name, other.name == name {
                    problems.add(
                        "'\(name)' is the name of \(list.index(earlier)) already",
                        at: list.index(index).field("name")
                    )
                }
            }
        }
        for (index, port) in service.publish.enumerated() {
            let place = path.field("publish").index(index)
            if port.protocol != .tcp {
                problems.add("only TCP ports can be published", at: place.field("protocol"))
            } else if !service.servicePorts.contains(where: { $0.port == port.target && $0.protocol == .tcp }) {
                problems.add("\(port.target)/tcp is none of the service_ports", at: place.field("target"))
            }
        }
        for (index, route) in service.routes.enumerated()
        where !service.servicePorts.contains(where: { $0.port == route.port && $0.protocol == .tcp }) {
            problems.add(
                "\(route.port)/tcp is none of the service_ports",
                at: path.field("routes").index(index).field("port")
            )
        }
    }

    /// A port that is not declared may still be probed: one for administration, say. One that is declared as UDP alone
    /// cannot be.
    private mutating func check(_ readiness: Readiness, of service: ServiceSpec, at path: DocumentPath) {
        let (kind, port): (String, Int)
        switch readiness.probe {
        case .http(let number, _): (kind, port) = ("http", number)
        case .tcp(let number): (kind, port) = ("tcp", number)
        case .exec(let command):
            if command.first?.isEmpty == true {
                problems.add("must name a program", at: path.field("exec").field("command").index(0))
            }
            return
        }
        let declared = service.servicePorts.filter { $0.port == port }
        if !declared.isEmpty, declared.allSatisfy({ $0.protocol == .udp }) {
            problems.add("\(port) is a UDP port, which this probe cannot reach", at: path.field(kind).field("port"))
        }
    }
}
