import Foundation
import PloyzMigration
import PloyzModel
import PloyzSupervisor
import Testing

@testable import PloyzOverlay

/// Real devices, routes, rules and wireguard-go, in network namespaces that the tests make. They need root.
@Suite(
    .serialized,
    .enabled(if: getuid() == 0 && ProcessInfo.processInfo.environment["PLOYZ_NETNS_TESTS"] == "1"),
    .timeLimit(.minutes(3))
)
struct MachineTests {
    @Test func instancesOnDifferentMachinesReachEachOther() async throws {
        try await TestCluster.with { cluster in
            let one = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            let two = try await cluster.sandbox("10.101.2.7", on: cluster.m2)
            let neighbour = try await cluster.sandbox("10.101.1.6", on: cluster.m1)
            let picture = try cluster.picture([
                ("10.101.1.5", cluster.m1, 1), ("10.101.1.6", cluster.m1, 1), ("10.101.2.7", cluster.m2, 1),
            ])
            try await cluster.apply(picture)
            #expect(try await one.pings("10.101.2.7"))
            #expect(try await two.pings("10.101.1.5"))
            #expect(try await one.pings("10.101.1.6"), "on one machine")
            #expect(try await neighbour.pings("10.101.2.7"))
            #expect(try await one.pings("10.101.1.1"), "its gateway")
            #expect(try await one.pings("10.101.2.1"), "another machine's overlay address")
            let machines = Invocation("ping", ["-n", "-c", "1", "-W", "1", "10.101.2.7"])
            #expect(try await cluster.m3.runner.run(machines).status == 0, "from a machine itself")
            let management = Invocation("ping", ["-n", "-c", "1", "-W", "1", cluster.m2.record.managementAddress])
            #expect(try await cluster.m1.runner.run(management).status == 0)
            #expect(try await one.pings("192.0.2.1"), "the underlay address of its machine")
            #expect(try await one.pings("192.0.2.3"), "the outside, masqueraded")
            #expect(try await !one.pings("10.101.1.77"))
        }
    }

    @Test func aSealedCandidateAnswersInsideAndNowhereElse() async throws {
        try await TestCluster.with { cluster in
            let live = try await cluster.sandbox("10.101.1.6", on: cluster.m1)
            let other = try await cluster.sandbox("10.101.2.7", on: cluster.m2)
            let sealed = try await cluster.sandbox("10.101.1.5", on: cluster.m1, sealed: true)
            try await cluster.apply(
                try cluster.picture([
                    ("10.101.1.5", cluster.m1, 1), ("10.101.1.6", cluster.m1, 1), ("10.101.2.7", cluster.m2, 1),
                ])
            )
            let server = try await TestServer(in: sealed.holder, address: sealed.address, letter: "s")
            let http = Readiness(probe: .http(port: 7000, path: "/"), timeout: Span(milliseconds: 2000))
            try await cluster.m1.network.waitUntilReady(
                http,
                instance: sealed.instance,
                sandbox: sealed.container,
                address: sealed.address
            )
            let reaches = {
                [
                    try await live.pings("10.101.1.5"), try await other.pings("10.101.1.5"),
                    try await sealed.pings("10.101.1.6"), try await sealed.pings("10.101.1.1"),
                ]
            }
            #expect(try await reaches() == [false, false, false, false])
            try await cluster.m1.network.attach(
                sealed.instance,
                sandbox: sealed.container,
                address: sealed.address,
                sealed: true
            )
            #expect(try await !live.pings("10.101.1.5"), "a repeat unseals nothing")
            try await cluster.m1.network.unseal(sealed.instance, address: sealed.address)
            #expect(try await reaches() == [true, true, true, true])
            try await cluster.m1.network.seal(sealed.instance)
            #expect(try await reaches() == [false, false, false, false])
            try await cluster.m1.network.detach(sealed.instance)
            try await cluster.m1.network.detach(sealed.instance)
            withExtendedLifetime(server) {}
        }
    }

    @Test func anAddressMovesAndClientsOnAllMachinesFollow() async throws {
        try await TestCluster.with { cluster in
            let address = "10.101.1.5"
            let source = try await cluster.sandbox(address, on: cluster.m1)
            let target = try await cluster.sandbox(address, on: cluster.m2, sealed: true)
            let places: [(String, TestMachine, UInt64)] = [
                ("10.101.1.9", cluster.m1, 1), ("10.101.2.9", cluster.m2, 1), ("10.101.3.9", cluster.m3, 1),
            ]
            var clients: [TestSandbox] = []
            for (address, machine, _) in places { clients.append(try await cluster.sandbox(address, on: machine)) }
            let before = try cluster.picture(places + [(address, cluster.m1, 1)])
            let after = try cluster.picture(places + [(address, cluster.m2, 2)])
            try await cluster.apply(before)
            let servers = [
                try await TestServer(in: source.holder, address: source.address, letter: "1"),
                try await TestServer(in: target.holder, address: target.address, letter: "2"),
            ]
            for client in clients { #expect(try await client.pings(address)) }

            let answers = try await withThrowingTaskGroup(of: (Int, [TestClient.Answer]).self) { group in
                for (index, client) in clients.enumerated() {
                    group.addTask {
                        (index, try await TestClient.run(in: client.holder, to: source.address, for: .seconds(1)))
                    }
                }
                try await Task.sleep(for: .milliseconds(300))
                try await move(source, from: cluster.m1, to: cluster.m2, after, cluster)
                return try await group.reduce(into: [Int: [TestClient.Answer]]()) { $0[$1.0] = $1.1 }
            }
            for index in 0..<3 {
                let list = try #require(answers[index])
                print("client on m\(index + 1): \(list.summary)")
                let first = try #require(list.first { $0.letter == "2" })
                #expect(list.contains { $0.letter == "1" })
                #expect(list.allSatisfy { $0.letter != "1" || $0.begun < first.ended })
                #expect(list.longestGap < .milliseconds(600))
                #expect(list.last?.letter == "2")
            }
            withExtendedLifetime(servers) {}
        }
    }

    @Test func aSenderWithAnOldRouteIsToldAtOnce() async throws {
        try await TestCluster.with { cluster in
            let address = "10.101.1.5"
            let client = try await cluster.sandbox("10.101.3.9", on: cluster.m3)
            let target = try await cluster.sandbox(address, on: cluster.m2)
            let places: [(String, TestMachine, UInt64)] = [("10.101.3.9", cluster.m3, 1)]
            try await cluster.m3.network.apply(try cluster.picture(places + [(address, cluster.m1, 1)]))
            let after = try cluster.picture(places + [(address, cluster.m2, 2)])
            try await cluster.m1.network.apply(after)
            try await cluster.m2.network.apply(after)
            let server = try await TestServer(in: target.holder, address: target.address, letter: "2")
            let old = try await TestClient.run(in: client.holder, to: target.address, for: .milliseconds(50))
            #expect(old.failures == old.count)
            #expect(
                old.allSatisfy { $0.begun.duration(to: $0.ended) < .milliseconds(200) },
                "refused, not left to wait"
            )
            try await cluster.m3.network.apply(after)
            let new = try await TestClient.run(in: client.holder, to: target.address, for: .milliseconds(50))
            #expect(new.failures == 0)
            withExtendedLifetime(server) {}
        }
    }

    /// As the engine does it after the commit: the new link opened, every machine told, and the old link closed when all
    /// is done, because closing takes the kernel long.
    private func move(
        _ sandbox: TestSandbox,
        from source: TestMachine,
        to target: TestMachine,
        _ picture: RoutingPicture,
        _ cluster: TestCluster
    ) async throws {
        let clock = ContinuousClock()
        let unseal = try await clock.measure {
            try await target.network.unseal(sandbox.instance, address: sandbox.address)
        }
        let applies = try await withThrowingTaskGroup(of: String.self) { group in
            for machine in cluster.machines {
                group.addTask {
                    let time = try await clock.measure { try await machine.network.apply(picture) }
                    return "m\(machine.number) \(Microseconds(time))"
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let seal = try await clock.measure { try await source.network.seal(sandbox.instance) }
        print(
            "time to unseal \(Microseconds(unseal)), apply \(applies.sorted().joined(separator: ", ")),",
            "then seal \(Microseconds(seal))"
        )
    }
}
