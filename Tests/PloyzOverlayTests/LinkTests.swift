import PloyzModel
import PloyzSupervisor
import Testing

@testable import PloyzOverlay

@Suite struct LinkTests {
    private func link() throws -> InstanceLink {
        InstanceLink(
            instance: try InstanceRef("shop/redis/0"),
            address: try IPv4Address("10.101.2.5"),
            gateway: try IPv4Address("10.101.1.1"),
            bridge: .bridge,
            mtu: 1420
        )
    }

    @Test func aLinkIsMadeDownAndIsolated() throws {
        #expect(
            try link().create(in: 4711).lines == [
                "link add name plzbe90d35537fc mtu 1420 type veth "
                    + "peer name eth0 address 02:50:0a:65:02:05 mtu 1420 netns 4711",
                "link set dev plzbe90d35537fc alias \"ployz 10.101.2.5 shop/redis/0\" addrgenmode none master br-ployz",
                "link set dev plzbe90d35537fc type bridge_slave isolated on",
            ]
        )
    }

    @Test func insideThereIsTheAddressAloneAndOneWayOut() throws {
        #expect(
            try link().configureInside.lines == [
                "link set dev lo up",
                "link set dev eth0 addrgenmode none up",
                "address replace 10.101.2.5/32 dev eth0",
                "neigh replace 10.101.1.1 lladdr 02:50:00:00:00:01 dev eth0 nud permanent",
                "route replace 10.101.1.1/32 dev eth0 scope link",
                "route replace default via 10.101.1.1 dev eth0",
            ]
        )
    }

    @Test func closingRefusesFirst() throws {
        let link = try link()
        #expect(
            InstanceLink.seal(link.name, link.address).lines == [
                "route replace unreachable 10.101.2.5/32 proto 80", "link set dev plzbe90d35537fc down",
            ]
        )
        #expect(InstanceLink.delete(link.name, nil).lines == ["link del dev plzbe90d35537fc"])
    }

    @Test func theAliasTellsTheAddress() throws {
        #expect(InstanceLink.address(inAlias: try link().alias) == (try link().address))
        #expect(InstanceLink.address(inAlias: "uplink 10.101.2.5 x") == nil)
        #expect(InstanceLink.address(inAlias: "ployz") == nil)
    }

    @Test func whatIpPrintsOfADeviceIsRead() throws {
        let states = try LinkState.parse(
            """
            [{},{"ifindex":5,"link_index":2,"ifname":"plz1","flags":["BROADCAST","MULTICAST","UP"],"mtu":1420,
              "master":"br-ployz","address":"fe:58:69:f6:65:ac","link_netnsid":1,"ifalias":"ployz 10.101.2.5 a/b/0",
              "linkinfo":{"info_kind":"veth","info_slave_kind":"bridge"},
              "addr_info":[{"family":"inet","local":"10.101.1.1","prefixlen":32,"scope":"global"}]}]
            """
        )
        #expect(
            states == [
                LinkState(
                    index: 5,
                    kind: "veth",
                    mtu: 1420,
                    hardwareAddress: "fe:58:69:f6:65:ac",
                    alias: "ployz 10.101.2.5 a/b/0",
                    isUp: true,
                    master: "br-ployz",
                    peerIndex: 2,
                    addresses: Fixture.prefixes("10.101.1.1")
                )
            ]
        )
    }

    @Test func aDeviceIsAbsentOnlyWhenTheListOfAllSaysSo() async throws {
        let absent = AnsweringRunner(answers: [
            LinkState.show(.bridge): InvocationResult(status: 1),
            LinkState.list: InvocationResult(status: 0, output: #"[{"ifname":"lo"},{}]"#),
        ])
        #expect(try await LinkState.read(.bridge, absent) == [])
        let present = AnsweringRunner(answers: [
            LinkState.show(.bridge): InvocationResult(status: 1),
            LinkState.list: InvocationResult(status: 0, output: #"[{"ifname":"br-ployz"}]"#),
        ])
        await #expect(throws: PloyzError.self) { try await LinkState.read(.bridge, present) }
        let broken = AnsweringRunner(answers: [:])
        await #expect(throws: PloyzError.self) { try await LinkState.read(.bridge, broken) }
    }

    @Test func aLinkIsOpenBeforeAnythingIsLedToIt() async throws {
        let name = DeviceName(linkOf: try InstanceRef("shop/redis/0"))
        let opening = """
            neigh replace 10.101.2.5 lladdr 02:50:0a:65:02:05 dev br-ployz nud permanent
            link set dev plzbe90d35537fc up

            """
        let leading = "route replace 10.101.2.5/32 dev br-ployz proto 80 scope link src 10.101.1.1\n"
        let runner = AnsweringRunner(answers: [
            Invocation("ip", ["-batch", "-"], input: opening): InvocationResult(status: 0),
            LinkState.state(name): InvocationResult(status: 0, output: #"[{"operstate":"UP"}]"#),
            Invocation("ip", ["-batch", "-"], input: leading): InvocationResult(status: 0),
        ])
        let network = LinuxInstanceNetwork(
            configuration: Fixture.configuration,
            member: try Fixture.member(1),
            supervisor: InMemorySupervisor(),
            runner: runner
        ) { _, _ in 0 }
        try await network.unseal(try InstanceRef("shop/redis/0"), address: try IPv4Address("10.101.2.5"))
        #expect(!LinkState.hasCarrier(#"[{"operstate":"DOWN"}]"#))
        #expect(!LinkState.hasCarrier(""))
    }

    @Test func aBridgeIsMadeWholeAndARightOneIsNotTouched() throws {
        let member = try Fixture.member(1)
        #expect(
            InstanceBridge.commands(from: nil, Fixture.configuration, member).lines == [
                "link add name br-ployz mtu 1420 address 02:50:00:00:00:01 "
                    + "type bridge forward_delay 0 stp_state 0 mcast_snooping 0",
                "link set dev br-ployz addrgenmode none up",
                "address add 10.101.1.1/32 dev br-ployz",
            ]
        )
        let right = LinkState(
            index: 4,
            kind: "bridge",
            mtu: 1420,
            hardwareAddress: "02:50:00:00:00:01",
            alias: nil,
            isUp: true,
            master: nil,
            peerIndex: nil,
            addresses: Fixture.prefixes("10.101.1.1", "fe80::1/64")
        )
        #expect(InstanceBridge.commands(from: right, Fixture.configuration, member) == [])
    }

    @Test func theKernelsSwitchesAreSetByOneCall() {
        #expect(
            KernelSettings.invocation(Fixture.configuration)
                == Invocation(
                    "sysctl",
                    [
                        "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv4.conf.br-ployz.rp_filter=2",
                        "net.ipv4.conf.wg-ployz.rp_filter=2", "net.ipv4.conf.br-ployz.accept_redirects=0",
                        "net.ipv4.conf.wg-ployz.accept_redirects=0", "net.ipv6.conf.br-ployz.disable_ipv6=1",
                        "net.ipv6.conf.wg-ployz.disable_ipv6=0",
                    ]
                )
        )
    }
}

/// Answers what it was told to, and fails for the rest.
struct AnsweringRunner: InvocationRunner {
    let answers: [Invocation: InvocationResult]

    func run(_ invocation: Invocation) async throws -> InvocationResult {
        answers[invocation] ?? InvocationResult(status: 255, errors: "no answer")
    }
}

/// Notes what it is asked to run, and says that it went well.
struct RecordingRunner: InvocationRunner {
    let log = InvocationLog()

    func run(_ invocation: Invocation) async throws -> InvocationResult {
        await log.append(invocation)
        return InvocationResult(status: 0)
    }
}
