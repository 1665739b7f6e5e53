import Foundation
import PloyzMigration
import PloyzModel
import PloyzSupervisor
import Testing

@testable import PloyzOverlay

extension MachineTests {
    @Test func aWrongLinkIsReplacedAndARightOneIsKept() async throws {
        try await TestCluster.with { cluster in
            let network = cluster.m1.network
            let first = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            try await cluster.apply(try cluster.picture([("10.101.1.5", cluster.m1, 1)]))
            let name = DeviceName(linkOf: first.instance)
            let index = try #require(try await LinkState.read(name, cluster.m1.runner).first).index
            try await network.attach(first.instance, sandbox: first.container, address: first.address, sealed: false)
            #expect(try await LinkState.read(name, cluster.m1.runner).first?.index == index)

            // The sandbox was started anew: the same instance, another namespace.
            let second = try await cluster.sandbox("10.101.1.5", on: cluster.m1)
            #expect(try await LinkState.read(name, cluster.m1.runner).first?.index != index)
            let ping = Invocation("ping", ["-n", "-c", "1", "-W", "1", "10.101.1.5"])
            #expect(try await cluster.m1.runner.run(ping).status == 0)

            let inside = NamespaceRunner(holder: second.holder)
            try await inside.require(Invocation("ip", ["address", "flush", "dev", "eth0"]))
            #expect(try await cluster.m1.runner.run(ping).status != 0)
            try await network.attach(second.instance, sandbox: second.container, address: second.address, sealed: false)
            #expect(try await cluster.m1.runner.run(ping).status == 0)
            withExtendedLifetime((first, second)) {}
        }
    }

    @Test func aSandboxInTheMachinesOwnNetworkIsRefused() async throws {
        try await TestCluster.with { cluster in
            let container = RunningContainer(id: "host", pid: getpid())
            let instance = try TestCluster.instance("10.101.1.5")
            await #expect(throws: PloyzError.self) {
                try await cluster.m1.network.attach(
                    instance,
                    sandbox: container,
                    address: try IPv4Address("10.101.1.5"),
                    sealed: false
                )
            }
        }
    }

    @Test func probesWaitForAServerAndDoNotHangWithOne() async throws {
        try await TestCluster.with { cluster in
            let sandbox = try await cluster.sandbox("10.101.1.5", on: cluster.m1, sealed: true)
            let network = cluster.m1.network
            let wait = { @Sendable (probe: Readiness.Probe, milliseconds: Int64) in
                try await network.waitUntilReady(
                    Readiness(probe: probe, timeout: Span(milliseconds: milliseconds)),
                    instance: sandbox.instance,
                    sandbox: sandbox.container,
                    address: sandbox.address
                )
            }
            let clock = ContinuousClock()
            // Nothing listens.
            var took = await clock.measure {
                await #expect(throws: PloyzError.self) { try await wait(.tcp(port: 7000), 100) }
            }
            #expect(took < .milliseconds(1000))
            // Accepted by the kernel, never answered.
            let silent = try await TestServer(
                in: sandbox.holder,
                address: sandbox.address,
                port: 7001,
                letter: "s",
                silent: true
            )
            try await wait(.tcp(port: 7001), 1000)
            took = await clock.measure {
                await #expect(throws: PloyzError.self) { try await wait(.http(port: 7001, path: "/"), 150) }
            }
            #expect(took < .milliseconds(1200))
            // A server that comes later.
            let ready = Task { try await wait(.http(port: 7000, path: "/health check\r\nX: y"), 5000) }
            try await Task.sleep(for: .milliseconds(100))
            let server = try await TestServer(in: sandbox.holder, address: sandbox.address, letter: "l")
            took = try await clock.measure { try await ready.value }
            #expect(took < .milliseconds(500))
            // A caller that gives up is not kept waiting.
            let task = Task { try await wait(.tcp(port: 7999), 60_000) }
            task.cancel()
            took = await clock.measure { _ = await task.result }
            #expect(took < .seconds(2))
            withExtendedLifetime((silent, server)) {}
        }
    }

    @Test func aForeignDeviceOfOurNameIsNotTouched() async throws {
        let holder = try await NetworkHolder()
        let runner = NamespaceRunner(holder: holder)
        try await runner.require(
            Invocation("ip", ["link", "add", "name", "br-ployz", "type", "veth", "peer", "name", "x0"])
        )
        let member = OverlayMember(
            machine: try MachineID("m-0000000000000001"),
            cluster: TestMachine.cluster,
            subnet: try IPv4Network("10.101.1.0/24"),
            management: try ManagementAddress("fd00::1")
        )
        let configuration = OverlayConfiguration(keyFile: "/nowhere", logFile: "/nowhere")
        let bridge = InstanceBridge(configuration: configuration, member: member, runner: runner)
        await #expect(throws: PloyzError.self) { try await bridge.ensureUp() }
        #expect(try await LinkState.read(.bridge, runner).first?.kind == "veth")
    }
}
