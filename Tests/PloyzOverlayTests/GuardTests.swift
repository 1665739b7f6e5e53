import PloyzModel
import Testing

@testable import PloyzOverlay

@Suite struct GuardTests {
    private func rules() throws -> GuardRules {
        var configuration = Fixture.configuration
        configuration.ports = ControlPorts(join: 11, api: 12, stream: 13, store: 14, storePeer: 15)
        configuration.listenPort = 16
        return GuardRules(configuration: configuration, member: try Fixture.member(1))
    }

    @Test func thePortsAreThoseOfTheConfiguration() throws {
        let management = ManagementAddress(of: try Fixture.key(1))
        #expect(
            try rules().input == [
                #"iifname != "wg-ployz" ip6 daddr \#(management) counter drop"#,
                #"iifname != "br-ployz" ip daddr 10.101.1.1 meta l4proto { tcp, udp } th dport 53 counter drop"#,
                #"iifname { "br-ployz", "ployz-unpark" } meta nfproto ipv6 counter drop"#,
                #"iifname { "br-ployz", "ployz-unpark" } ip daddr 127.0.0.0/8 counter drop"#,
                "ct direction reply accept",
                #"iifname "wg-ployz" ip6 saddr @managers tcp dport { 12, 13, 14, 15 } accept"#,
                #"iifname { "br-ployz", "ployz-unpark", "wg-ployz" } tcp dport { 11, 12, 13, 14, 15 } counter jump refuse"#,
                #"iifname { "br-ployz", "ployz-unpark", "wg-ployz" } udp dport 16 counter jump refuse"#,
            ]
        )
        #expect(
            try rules().forward == [
                #"iifname { "br-ployz", "ployz-unpark", "wg-ployz" } meta nfproto ipv6 counter drop"#,
                #"oifname { "br-ployz", "wg-ployz", "ployz-park" } meta nfproto ipv6 counter drop"#,
                "ct direction reply accept",
                #"iifname { "br-ployz", "ployz-unpark" } ip daddr @underlay tcp dport { 11, 12, 13, 14, 15 } "#
                    + "counter jump refuse",
                #"iifname { "br-ployz", "ployz-unpark" } ip daddr @underlay udp dport 16 counter jump refuse"#,
            ]
        )
    }

    @Test func machinesAreKnownByTheirRecords() throws {
        let elements = try Fixture.plan([], on: 1).elements
        #expect(elements.underlay.map(\.description).sorted() == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        let others = try [2, 3].map { ManagementAddress(of: try Fixture.key($0)) }
        #expect(elements.managers == Set(others))
        let line = "add element inet ployz managers { \(others.map(\.text).sorted().joined(separator: ", ")) }\n"
        #expect(elements.text.contains(line))
    }

    private func link(_ name: String, _ address: String) throws -> SourceGuard.Link {
        SourceGuard.Link(name: try DeviceName(name), address: try IPv4Address(address))
    }

    @Test func aLinkGivesWhatItWasMadeFor() throws {
        let links = Set([try link("plz2", "10.101.1.6"), try link("plz1", "10.101.1.5")])
        #expect(
            SourceGuard.add(links) == """
                add element bridge ployz links { "plz1" . 02:50:0a:65:01:05 . 10.101.1.5, \
                "plz2" . 02:50:0a:65:01:06 . 10.101.1.6 }

                """
        )
        #expect(SourceGuard.add([]) == "")
        #expect(
            SourceGuard.settings([try link("plz1", "10.101.1.5")])
                == Invocation(
                    "bridge",
                    ["-batch", "-"],
                    input: """
                        fdb replace 02:50:0a:65:01:05 dev plz1 master static
                        link set dev plz1 learning off flood off mcast_flood off bcast_flood off

                        """
                )
        )
    }

    @Test func portsThatAreNoLinksOfOursAreLeftOut() throws {
        let text = """
            [{"ifname":"plz1","ifalias":"ployz 10.101.1.5 shop/redis/0"},{"ifname":"veth0"},{},\
            {"ifname":"plz2","ifalias":"somebody's"}]
            """
        #expect(try SourceGuard.parse(text) == [try link("plz1", "10.101.1.5")])
        #expect(try SourceGuard.parse("") == [])
    }
}
