import Foundation
import PloyzModel

/// What a machine's programs and kernel must say, or say, each line as text.
struct MachineState {
    enum Part: String, CaseIterable {
        case peers = "wg show wg-ployz allowed-ips"
        case routes = "ip route show table all proto 80"
        case names = "names"
        case servers = "HAProxy's servers"
        case paths = "HAProxy's map of routes"
        case ports = "HAProxy's published ports"
    }

    var lines: [Part: Set<String>] = [:]

    init() {}

    /// What follows from the records, computed from nothing else.
    init(of cluster: SyntheticCluster) {
        lines = [
            .peers: Self.peers(cluster), .routes: Self.routes(cluster), .names: Self.names(cluster),
        ]
        for service in cluster.services {
            let name = "\(service.ref.namespace).\(service.ref.service)"
            let addresses = (0..<2).compactMap {
                cluster.instances[InstanceRef(service: service.ref, index: $0)]?.address
            }
            for route in service.spec.routes {
                lines[.paths, default: []].insert("\(route.host)/ \(name).http.\(route.port)")
                for (index, address) in addresses.enumerated() {
                    lines[.servers, default: []].insert("\(name).http.\(route.port) i\(index) \(address):\(route.port)")
                }
            }
            for port in service.spec.publish {
                lines[.ports, default: []].insert("\(name).tcp.\(port.port) OPEN")
                for (index, address) in addresses.enumerated() {
                    lines[.servers, default: []].insert("\(name).tcp.\(port.port) i\(index) \(address):\(port.target)")
                }
            }
        }
        lines[.ports, default: []].insert("http OPEN")
    }

    /// `key allowed-address`.
    private static func peers(_ cluster: SyntheticCluster) -> Set<String> {
        let machines = Dictionary(uniqueKeysWithValues: cluster.others.map { ($0.id, $0) })
        var lines: Set<String> = []
        for machine in cluster.others {
            lines.insert("\(machine.wireguardKey) \(machine.managementAddress)/128")
            lines.insert("\(machine.wireguardKey) \(machine.subnet)")
        }
        for route in cluster.routes.values {
            guard let machine = machines[route.machine], !machine.subnet.contains(route.address) else { continue }
            lines.insert("\(machine.wireguardKey) \(route.address)/32")
        }
        return lines
    }

    /// `destination device source`, or `unreachable destination`.
    private static func routes(_ cluster: SyntheticCluster) -> Set<String> {
        let gateway = cluster.own.overlayAddress
        var lines: Set = ["unreachable \(cluster.cluster)", "unreachable \(cluster.own.subnet)"]
        for machine in cluster.others {
            lines.insert("\(machine.subnet) wg-ployz \(gateway)")
            lines.insert("\(machine.managementAddress) wg-ployz")
        }
        // No other machine's subnet leads to these.
        for address in cluster.routes.keys where cluster.own.subnet.contains(address) {
            lines.insert("\(address) wg-ployz \(gateway)")
        }
        return lines
    }

    /// `name address`.
    private static func names(_ cluster: SyntheticCluster) -> Set<String> {
        Set(
            cluster.instances.values.map { instance in
                let service = instance.ref.service
                return "\(service.service).\(service.namespace).ployz.internal \(instance.address)"
            }
        )
    }

    /// How the two differ in a part, in a sentence; nil when they do not.
    func difference(to said: Set<String>, in part: Part) -> String? {
        let wanted = lines[part] ?? []
        guard said != wanted else { return nil }
        let missing = wanted.subtracting(said)
        let extra = said.subtracting(wanted)
        return "\(part.rawValue): \(missing.count) of \(wanted.count) missing (\(missing.min() ?? "none")), "
            + "\(extra.count) too many (\(extra.min() ?? "none"))"
    }
}
