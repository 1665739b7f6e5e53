import Foundation
import PloyzMigration
import PloyzModel
import PloyzSupervisor
import Testing

@testable import PloyzOverlay

extension MachineTests {
    @Test func aDaemonThatIsStartedAnewChangesNothing() async throws {
        try await TestCluster.with { cluster in
            let one = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            let sealed = try await cluster.sandbox("10.101.1.6", on: cluster.m1, sealed: true)
            let picture = try cluster.picture([("10.101.1.5", cluster.m1, 1), ("10.101.2.7", cluster.m2, 1)])
            try await cluster.apply(picture)
            let before = try await everything(cluster.m1)
            let helper = try await cluster.m1.supervisor.status(of: HelperName("wireguard-go"))

            let daemon = try cluster.m1.newDaemon()
            try await daemon.start()
            try await daemon.apply(picture)
            for (sandbox, isSealed) in [(one, false), (sealed, true)] {
                try await daemon.attach(
                    sandbox.instance,
                    sandbox: sandbox.container,
                    address: sandbox.address,
                    sealed: isSealed
                )
            }
            for (now, then) in zip(try await everything(cluster.m1), before) { #expect(now == then) }
            #expect(try await cluster.m1.supervisor.status(of: HelperName("wireguard-go")) == helper)

            await cluster.m1.runner.log.clear()
            try await daemon.apply(picture)
            #expect(await cluster.m1.runner.log.invocations == [], "what is known to be right is not even looked at")
        }
    }

    /// All that our calls could have changed on a machine, device numbers and counters of packets apart.
    private func everything(_ machine: TestMachine) async throws -> [String] {
        let looks = [
            Invocation("ip", ["address", "show"]), Invocation("ip", ["-4", "route", "show", "table", "all"]),
            Invocation("ip", ["-6", "route", "show", "table", "all"]),
            Invocation("ip", ["neigh", "show", "nud", "permanent"]),
            Invocation("wg", ["show", machine.configuration.wireguard.text, "allowed-ips"]),
            Invocation("wg", ["show", machine.configuration.wireguard.text, "listen-port"]),
            Invocation("ip", ["rule", "show"]), Invocation("nft", ["--stateless", "list", "ruleset"]),
            Invocation("iptables", ["-S"]),
        ]
        var texts: [String] = []
        for look in looks {
            let text = try await machine.runner.require(look)
            // wireguard-go tells of its peers in any order.
            let isOrdered = look.program != "wg"
            texts.append(isOrdered ? text : text.split(separator: "\n").sorted().joined(separator: "\n"))
        }
        return texts
    }

    @Test func aDockerThatDropsForwardsIsWorkedAroundWithOneTaggedRule() async throws {
        try await TestCluster.with { cluster in
            let one = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            let two = try await cluster.sandbox("10.101.2.7", on: cluster.m2)
            let neighbour = try await cluster.sandbox("10.101.1.6", on: cluster.m1)
            try await cluster.apply(
                try cluster.picture([
                    ("10.101.1.5", cluster.m1, 1), ("10.101.1.6", cluster.m1, 1), ("10.101.2.7", cluster.m2, 1),
                ])
            )
            let runner = cluster.m1.runner
            let reaches = {
                [
                    try await one.pings("10.101.2.7"), try await one.pings("10.101.1.6"),
                    try await one.pings("192.0.2.3"), try await neighbour.pings("10.101.1.5"),
                ]
            }
            try await runner.require(Invocation("iptables", ["-w", "-P", "FORWARD", "DROP"]))
            #expect(try await reaches() == [false, false, false, false])
            try await cluster.m1.network.repair()
            #expect(try await reaches() == [true, true, true, true], "dropped, and no Docker yet")
            // As dockerd does when it starts.
            for arguments in [
                ["-N", "DOCKER-USER"], ["-A", "DOCKER-USER", "-j", "RETURN"], ["-I", "FORWARD", "-j", "DOCKER-USER"],
            ] {
                try await runner.require(Invocation("iptables", ["-w"] + arguments))
            }
            try await cluster.m1.network.repair()
            #expect(try await reaches() == [true, true, true, true])
            let saved = try await runner.require(Invocation("iptables", ["-S"]))
            #expect(saved.components(separatedBy: "--comment ployz").count == 2, "one tagged rule")
            try await cluster.m1.network.repair()
            #expect(try await runner.require(Invocation("iptables", ["-S"])) == saved)
            withExtendedLifetime(two) {}
        }
    }

    @Test func whatArrivesForTheTunnelHasRoomToWait() async throws {
        try await TestCluster.with { cluster in
            let wanted = Array(repeating: 2 * Int(TunnelSockets.room), count: 2)
            for machine in cluster.machines { #expect(try await room(of: machine) == wanted) }
            // wireguard-go opens other sockets when it is told a port, as it has to be when somebody has set another.
            let (m1, device) = (cluster.m1, cluster.m1.configuration.wireguard)
            try await m1.runner.require(Invocation("wg", ["set", device.text, "listen-port", "51821"]))
            #expect(try await room(of: m1) == [])
            try await m1.network.repair()
            #expect(try await room(of: m1) == wanted)
            #expect(await m1.network.problems == [])
        }
    }

    /// Bytes of memory for what has arrived at each of the tunnel's sockets (ss(8), `rb`).
    private func room(of machine: TestMachine) async throws -> [Int] {
        let port = ":\(machine.configuration.listenPort)"
        let printed = try await machine.runner.require(
            Invocation("ss", ["--no-header", "--udp", "--numeric", "--listening", "--memory", "sport", "=", port])
        )
        return printed.components(separatedBy: "skmem:(").dropFirst().compactMap { part in
            part.split(separator: ",").first { $0.hasPrefix("rb") }.flatMap { Int($0.dropFirst(2)) }
        }
    }

    @Test func aCrashOfWireguardAndLostRoutesAndRulesAreRepaired() async throws {
        try await TestCluster.with { cluster in
            let one = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            let two = try await cluster.sandbox("10.101.2.7", on: cluster.m2)
            try await cluster.apply(
                try cluster.picture([("10.101.1.5", cluster.m1, 1), ("10.101.2.7", cluster.m2, 1)])
            )
            let name = try HelperName("wireguard-go")
            guard case .running(_, let pid) = try await cluster.m1.supervisor.status(of: name) else {
                Issue.record("wireguard-go does not run")
                return
            }
            kill(pid, SIGKILL)
            let device = cluster.m1.configuration.wireguard
            let isGone = await waitUntil(within: .seconds(5), every: .milliseconds(5)) {
                (try? await LinkState.read(device, cluster.m1.runner)) == []
            }
            #expect(isGone)
            try await cluster.m1.runner.require(Invocation("nft", ["flush", "ruleset"]))
            try await cluster.m1.runner.require(Invocation("ip", ["route", "del", "10.101.1.5/32"]))
            try await cluster.m1.network.repair()
            let isBack = await waitUntil(within: .seconds(15), every: .milliseconds(50)) {
                (try? await one.pings("10.101.2.7")) ?? false
            }
            #expect(isBack)
            #expect(try await one.pings("192.0.2.3"), "masqueraded")
            #expect(try await room(of: cluster.m1) == room(of: cluster.m2))
            withExtendedLifetime(two) {}
        }
    }
}
