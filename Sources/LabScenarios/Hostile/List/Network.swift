import PloyzAPI
import PloyzModel

extension HostileLine {
    /// By whatever address: control ports, names, others' addresses. Without the firewall's rules of `guard_input`,
    /// `guard_forward` and the table `bridge ployz` each succeeds.
    static let network: [HostileLine] = [
        HostileLine(
            stranger: .container,
            attempt: "connects to control ports of another machine, by its addresses on overlay and underlay",
            count: .firewall,
            control: { try await withoutFirewall($0) { try await controlPorts(in: $0, from: "m2") } },
            attack: { try await controlPorts(in: $0, from: "m2") }
        ),
        HostileLine(
            stranger: .container,
            attempt: "connects to control ports of its own machine, by its addresses on overlay and underlay",
            count: .firewall,
            control: { try await withoutFirewall($0) { try await controlPorts(in: $0, from: "m1") } },
            attack: { try await controlPorts(in: $0, from: "m1") }
        ),
        HostileLine(
            stranger: .container,
            attempt: "sends as another instance of its machine",
            refusal: ["the first that came"],
            count: .firewall,
            control: { try await withoutFirewall($0) { try await spoofed(in: $0) } },
            attack: { try await spoofed(in: $0) }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "connects to the API at m1's management address, past the tunnel",
            count: .firewall,
            control: { try await withoutFirewall($0) { try await pastTheTunnel(in: $0) } },
            isQuick: false,
            attack: { try await pastTheTunnel(in: $0) }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "asks m1's name server of the overlay",
            count: .firewall,
            control: { try await withoutFirewall($0) { try await names(in: $0) } },
            isQuick: false,
            attack: { try await names(in: $0) }
        ),
        HostileLine(
            stranger: .outsider,
            attempt: "connects to the API, the streams and the store at m1's address on the underlay",
            refusal: ["Refused", "timed out"],
            count: .nobody("kernel"),
            control: { try await $0.asRoot(of: "m2", ["connect", $0.m1, "4318"]) },
            attack: { stage in
                try await every([HostileStage.underlay], [4318, 4319, 2379, 2380]) {
                    try await stage.try(.outsider, ["connect", $0, String($1)])
                }
            }
        ),
    ]

    private static func controlPorts(in stage: HostileStage, from machine: String) async throws -> Attempt {
        let addresses = [try stage.machine("m1").overlayAddress.description, HostileStage.underlay]
        return try await every(addresses, [4317, 4318, 4319, 2379, 2380]) {
            try await stage.inContainer(of: machine, ["connect", $0, String($1)])
        }
    }

    /// An address of m2's subnet that m2 has given to nobody.
    private static func spoofed(in stage: HostileStage) async throws -> Attempt {
        let target = try stage.machine("m3").overlayAddress.description
        let subnet = try stage.machine("m2").overlayAddress.description.split(separator: ".").dropLast()
        let source = subnet.joined(separator: ".") + ".77"
        async let seen = stage.asRoot(of: "m3", ["watch", target, "9999", "--source", source, "--seconds", "30"])
        try await stage.lab.wait(for: "the listener") {
            try await stage.lab.run("m3", ["ss", "-Hlun", "sport = :9999"]).text.contains(":9999")
        }
        _ = try await stage.try(.container, ["spoof", target, "9999", "--source", source])
        return try await seen
    }

    private static func pastTheTunnel(in stage: HostileStage) async throws -> Attempt {
        let device = try await stage.lab.run("m1", ["ip", "-6", "-br", "address", "show", "eth0"]).succeeded().text
        guard let link = device.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("fe80") }) else {
            throw ScenarioFailure("m1 has no address of its own on the underlay: \(device)")
        }
        let way = [
            "ip", "-6", "route", "replace", "\(stage.m1)/128", "via", String(link.prefix { $0 != "/" }), "dev", "br0",
        ]
        // The machine answers to an address on its link; it has no other way back.
        let own = "fd00:dead::1"
        try await stage.lab.command([
            "outside", "--", "ip", "-6", "address", "replace", "\(own)/64", "dev", "br0", "nodad",
        ])
        .succeeded()
        try await stage.lab.run("m1", ["ip", "-6", "route", "replace", "\(own)/128", "dev", "eth0"]).succeeded()
        try await stage.lab.command(["outside", "--"] + way).succeeded()
        return try await stage.try(.outsider, ["connect", stage.m1, "4318"])
    }

    private static func names(in stage: HostileStage) async throws -> Attempt {
        let address = try stage.machine("m1").overlayAddress.description
        let way = ["ip", "route", "replace", "\(address)/32", "via", HostileStage.underlay, "dev", "br0"]
        try await stage.lab.command(["outside", "--"] + way).succeeded()
        return try await stage.try(.outsider, ["connect", address, "53"])
    }

    /// Refused unless one of the ports can be connected to at one of the addresses.
    private static func every(
        _ addresses: [String],
        _ ports: [Int],
        _ connect: (String, Int) async throws -> Attempt
    ) async throws -> Attempt {
        var last = Attempt(refused: true, "")
        for address in addresses {
            for port in ports {
                last = try await connect(address, port)
                guard last.refused else { return Attempt(refused: false, "connected to \(address) port \(port)") }
            }
        }
        return last
    }

    /// The attempt right after the rules were taken away: the daemons put them back within 15 s.
    private static func withoutFirewall(
        _ stage: HostileStage,
        _ attempt: (HostileStage) async throws -> Attempt
    ) async throws -> Attempt {
        let flush = """
            nft flush chain inet ployz guard_input; nft flush chain inet ployz guard_forward
            nft delete table bridge ployz
            """
        var last = Attempt(refused: true, "")
        for _ in 0..<3 {
            for machine in HostileStage.machines { _ = try await stage.lab.run(machine, ["sh", "-c", flush]) }
            last = try await attempt(stage)
            if !last.refused { break }
        }
        return last
    }
}
