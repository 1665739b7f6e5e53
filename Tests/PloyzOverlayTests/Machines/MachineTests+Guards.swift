import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzOverlay

extension MachineTests {
    @Test func anInstanceReachesNoControlPortByAnyAddress() async throws {
        try await TestCluster.with { cluster in
            let one = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            try await cluster.apply(try cluster.picture([("10.101.1.5", cluster.m1, 1)]))
            // Gateways and addresses of the underlay, of the instance's own machine and of another.
            let places = [
                ("10.101.1.1", cluster.m1), ("192.0.2.1", cluster.m1), ("10.101.2.1", cluster.m2),
                ("192.0.2.2", cluster.m2),
            ]
            let ports = cluster.m1.configuration.ports
            var servers: [TestServer] = []
            for (address, machine) in places {
                for port in [7000, ports.join] {
                    let address = try IPv4Address(address)
                    servers.append(
                        try await TestServer(in: machine.holder, address: address, port: UInt16(port), letter: "x")
                    )
                }
            }
            let reached = { (client: NetworkHolder, port: Int) in
                var found: [String] = []
                for (address, _) in places {
                    let answers = try await TestClient.run(
                        in: client,
                        to: try IPv4Address(address),
                        port: UInt16(port),
                        for: .milliseconds(1)
                    )
                    if answers.failures < answers.count { found.append(address) }
                }
                return found
            }
            #expect(try await reached(one.holder, 7000) == places.map(\.0))
            #expect(try await reached(one.holder, ports.join) == [])
            #expect(try await reached(cluster.m3.holder, ports.join) == ["192.0.2.1", "192.0.2.2"], "who joins")
            for chain in ["guard_input", "guard_forward"] {
                let flush = Invocation("nft", ["flush", "chain", "inet", "ployz", chain])
                for machine in [cluster.m1, cluster.m2] { try await machine.runner.require(flush) }
            }
            #expect(try await reached(one.holder, ports.join) == places.map(\.0), "without the guards")
            for machine in [cluster.m1, cluster.m2] { try await machine.network.repair() }
            #expect(try await reached(one.holder, ports.join) == [])
            withExtendedLifetime(servers) {}
        }
    }

    /// A client is given its own port at random, and it may be the number of a control port.
    @Test func anAnswerComesBackToWhateverPortAsked() async throws {
        try await TestCluster.with { cluster in
            let one = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            try await cluster.apply(try cluster.picture([("10.101.1.5", cluster.m1, 1)]))
            let server = try await TestServer(
                in: one.holder,
                address: try IPv4Address("10.101.1.5"),
                port: 7000,
                letter: "x"
            )
            let configuration = cluster.m1.configuration
            for machine in [cluster.m1, cluster.m2] {
                for port in [configuration.listenPort, configuration.ports.join, configuration.ports.store] {
                    let ask = "import socket; socket.create_connection(('10.101.1.5', 7000), 3, ('', \(port)))"
                    let result = try await machine.runner.run(Invocation("python3", ["-c", ask]))
                    #expect(result.status == 0, "from \(port): \(result.errors)")
                }
            }
            withExtendedLifetime(server) {}
        }
    }

    @Test func aManagementAddressIsReachedThroughTheTunnelAlone() async throws {
        try await TestCluster.with { cluster in
            try await cluster.apply(try cluster.picture([]))
            let (m1, m3) = (cluster.m1, cluster.m3)
            let ping = { (options: [String]) in
                let all = ["-6", "-n", "-c", "2", "-i", "0.2", "-W", "0.5"] + options + [m1.record.managementAddress]
                return try await m3.runner.run(Invocation("ping", all)).status == 0
            }
            #expect(try await ping([]))
            // As any host of the underlay could: the address, at the machine's own card.
            let target = m1.record.managementAddress
            for (machine, other, address) in [(m1, m3, "fd77::3"), (m3, m1, target)] {
                let link = try await LinkState.read(try DeviceName("under0"), other.runner).first
                let hardware = try #require(link?.hardwareAddress)
                try await machine.runner.require(Invocation("sysctl", ["-qw", "net.ipv6.conf.under0.disable_ipv6=0"]))
                try await machine.runner.require(
                    .ipBatch([
                        ["address", "add", "fd77::\(machine.number)/64", "dev", "under0", "nodad"],
                        ["route", "replace", "\(address)/128", "dev", "under0", "metric", "1"],
                        ["neigh", "replace", address, "lladdr", hardware, "dev", "under0", "nud", "permanent"],
                    ])
                )
            }
            #expect(try await !ping(["-I", "fd77::3"]))
            try await m1.runner.require(Invocation("nft", ["flush", "chain", "inet", "ployz", "guard_input"]))
            #expect(try await ping(["-I", "fd77::3"]), "without the guard")
            try await m1.network.repair()
            #expect(try await !ping(["-I", "fd77::3"]))
        }
    }

    @Test func anInstanceSendsAsItselfAlone() async throws {
        try await TestCluster.with { cluster in
            let one = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            let neighbour = try await cluster.sandbox("10.101.1.6", on: cluster.m1)
            try await cluster.apply(
                try cluster.picture([("10.101.1.5", cluster.m1, 1), ("10.101.1.6", cluster.m1, 1)])
            )
            #expect(try await one.pings("10.101.1.6"))
            let runner = cluster.m1.runner
            let inside = NamespaceRunner(holder: one.holder)
            // Its neighbour's address, its gateway's, one of another machine's, one of the outside.
            let stolen = ["10.101.1.6", "10.101.1.1", "10.101.2.7", "192.0.2.99"]
            try await inside.require(.ipBatch(stolen.map { ["address", "add", "\($0)/32", "dev", "eth0"] }))
            let seen = Invocation("nft", ["list", "set", "inet", "probe", "seen"])
            let arrived = { (addresses: [String]) in
                try await runner.require(Invocation("nft", ["flush", "set", "inet", "probe", "seen"]))
                for address in addresses {
                    let ping = ["-n", "-c", "1", "-W", "0.1", "-I", address, "10.101.3.1"]
                    _ = try await inside.run(Invocation("ping", ping))
                }
                let text = try await runner.require(seen)
                return addresses.filter { text.contains($0) }
            }
            try await runner.require(Invocation("nft", ["-f", "-"], input: Self.probe))
            #expect(try await arrived(stolen + ["10.101.1.5"]) == ["10.101.1.5"])
            let flush = Invocation("nft", ["flush", "chain", "bridge", "ployz", "sources"])
            try await runner.require(flush)
            #expect(try await arrived(stolen) == stolen, "without the guard")

            // Frames with its neighbour's hardware address lead nobody astray, even so: the bridge learns nothing.
            try await inside.require(
                .ipBatch([
                    ["link", "set", "dev", "eth0", "address", "02:50:0a:65:01:06"],
                    [
                        "neigh", "replace", "10.101.1.1", "lladdr", "02:50:00:00:00:01", "dev", "eth0", "nud",
                        "permanent",
                    ],
                ])
            )
            #expect(try await arrived(stolen) == stolen)
            let ping = Invocation("ping", ["-n", "-c", "1", "-W", "1", "10.101.1.6"])
            #expect(try await runner.run(ping).status == 0)
            try await cluster.m1.network.repair()
            #expect(try await arrived(stolen + ["10.101.1.5"]) == [], "nor its own from another hardware address")
            #expect(await cluster.m1.network.problems == [])

            try await cluster.m1.network.detach(neighbour.instance)
            let links = try await runner.require(Invocation("nft", ["list", "set", "bridge", "ployz", "links"]))
            #expect(links.contains("10.101.1.5") && !links.contains("10.101.1.6"), "an element goes with its link")
            withExtendedLifetime(neighbour) {}
        }
    }

    /// Notes whose packets come in from instances.
    private static let probe = """
        table inet probe {
            set seen { type ipv4_addr; flags dynamic; }
            chain come {
                type filter hook prerouting priority -310; policy accept;
                iifname "br-ployz" add @seen { ip saddr }
            }
        }
        """
}
