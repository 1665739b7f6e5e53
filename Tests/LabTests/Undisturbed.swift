import LabScenarios

/// What must stay exactly as it is while daemons die and start: containers, tunnels, routes and the store's process.
struct Undisturbed: Equatable, Sendable {
    /// ID, start and process of each running container, by machine.
    var containers: [String: [String]] = [:]
    /// WireGuard's peers with their endpoints and allowed addresses, by machine; a new interface would have none. Asked of
    /// one interface: of `all`, wg(8) puts the interface's name before the first peer only, and peers come in any order.
    var peers: [String: [String]] = [:]
    var routes: [String: [String]] = [:]
    /// Process IDs of etcd, wireguard-go and dnsmasq, by machine.
    var helpers: [String: [String]] = [:]

    static func of(_ lab: Lab, machines: [String]) async throws -> Undisturbed {
        var found = Undisturbed()
        for machine in machines {
            found.containers[machine] = try await lines(
                lab,
                machine,
                [
                    "sh", "-c",
                    "docker ps -q | xargs -r docker inspect --format '{{.Id}} {{.State.StartedAt}} {{.State.Pid}}'",
                ]
            )
            found.peers[machine] =
                try await lines(lab, machine, ["wg", "show", "wg-ployz", "allowed-ips"])
                + lines(lab, machine, ["wg", "show", "wg-ployz", "endpoints"])
            found.routes[machine] = try await lines(lab, machine, ["ip", "route", "show", "table", "all"])
            found.helpers[machine] = try await lines(
                lab,
                machine,
                ["sh", "-c", "ps -eo pid=,comm= | grep -E ' (etcd|wireguard-go|dnsmasq)$'"]
            )
        }
        return found
    }

    private static func lines(_ lab: Lab, _ machine: String, _ command: [String]) async throws -> [String] {
        try await lab.run(machine, command).succeeded().text.split(separator: "\n").map(String.init).sorted()
    }
}
