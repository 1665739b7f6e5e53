import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzOverlay

/// What the machines compute while an instance moves from m1 to m2 and both places answer; m3 is a third machine.
@Suite struct HandoverTests {
    private let address = "10.101.1.5"
    private let alias = "240.101.1.5"

    private func route(_ phase: Handover.Phase, from source: Int = 1, to target: Int = 2) throws -> RouteRecord {
        var route = try Fixture.route(address, on: source).handedOver(to: try Fixture.id(target))
        route.handover?.phase = phase
        return route
    }

    private func plan(_ route: RouteRecord, on number: Int) throws -> RoutePlan {
        try Fixture.plan([route], on: number).routePlan
    }

    /// The routes to the address and its alias, as the commands that make them.
    private func routes(_ route: RouteRecord, on number: Int) throws -> [String] {
        let empty = RoutePlan(routes: [], neighbours: [])
        return try plan(route, on: number).commands(from: empty, bridge: .bridge).lines
            .filter { $0.hasPrefix("route replace \(address)/32") || $0.hasPrefix("route replace 24") }
    }

    private func allowed(_ route: RouteRecord, to peer: Int, on number: Int) throws -> Set<OverlayPrefix> {
        let peers = try Fixture.peers([route], on: number)
        let own = Fixture.prefixes("10.101.\(peer).0/24").union([try Fixture.management(UInt8(peer))])
        return try #require(peers.first { $0.key == (try? Fixture.key(UInt8(peer))) }).allowed.subtracting(own)
    }

    private func translations(_ route: RouteRecord, on number: Int) throws -> TableElements {
        var elements = try Fixture.plan([route], on: number).elements
        // These follow the machines and not the route.
        (elements.underlay, elements.managers) = ([], [])
        return elements
    }

    @Test func theAddressStaysWhereItWasUntilTheHandoverIsOver() throws {
        for phase in [Handover.Phase.opening, .open] {
            let route = try route(phase)
            #expect(try routes(route, on: 1).contains { $0.contains("\(address)/32 dev br-ployz proto 80") })
            #expect(try allowed(route, to: 2, on: 3) == Fixture.prefixes("\(alias)/32"))
            #expect(try allowed(route, to: 1, on: 3) == [])
        }
        let over = try route(.over)
        #expect(try routes(over, on: 1).contains { $0.contains("\(address)/32 dev wg-ployz proto 80") })
        #expect(
            try routes(over, on: 2) == ["route replace \(address)/32 dev br-ployz proto 80 scope link src 10.101.2.1"]
        )
        #expect(try allowed(over, to: 2, on: 3) == Fixture.prefixes("\(address)/32", "\(alias)/32"))
    }

    @Test func theNewPlaceLeadsWhatIsMeantForItToItsBridgeBesideTheMainTable() throws {
        for phase in [Handover.Phase.opening, .open] {
            let route = try route(phase)
            #expect(
                try routes(route, on: 2) == [
                    "route replace \(address)/32 dev br-ployz table 80 proto 80 scope link src 10.101.2.1"
                ]
            )
            #expect(try plan(route, on: 2).neighbours == [BridgeNeighbour(address: try IPv4Address(address))])
        }
    }

    @Test func theEndOfAHandoverTakesTheRouteBesideTheMainTableAway() throws {
        let before = try plan(try route(.open), on: 2)
        #expect(
            try plan(try route(.over), on: 2).commands(from: before, bridge: .bridge).lines == [
                "route replace \(address)/32 dev br-ployz proto 80 scope link src 10.101.2.1",
                "route del \(address)/32 table 80 proto 80",
            ]
        )
    }

    @Test func newConnectionsGoToTheAliasOnlyWhileTheNewPlaceIsOpenAndTheOldOneHasTheAddress() throws {
        let pair = [try IPv4Address(address): try IPv4Address(alias)]
        for number in [1, 3] {
            #expect(try translations(try route(.opening), on: number).outgoing == [:])
            #expect(try translations(try route(.open), on: number).outgoing == pair)
            #expect(try translations(try route(.over), on: number).outgoing == [:])
        }
        #expect(try translations(try route(.open), on: 2).outgoing == [:])
        // On the new place itself the alias is not needed: it leads them to its bridge.
        let here: Set = [try IPv4Address(address)]
        let phases: [Handover.Phase] = [.opening, .open, .over]
        #expect(try phases.map { try translations(try route($0), on: 2).answering } == [[], here, []])
        #expect(try phases.map { try translations(try route($0), on: 2).beside } == [here, here, []])
    }

    @Test func theAliasIsUnderstoodInEveryPhase() throws {
        let back = [try IPv4Address(alias): try IPv4Address(address)]
        for phase in [Handover.Phase.opening, .open, .over] {
            let route = try route(phase)
            #expect(try translations(route, on: 1).heard == back)
            #expect(try translations(route, on: 3).heard == back)
            #expect(try translations(route, on: 2).arriving == back)
            #expect(try translations(route, on: 2).speaking == [try IPv4Address(address): try IPv4Address(alias)])
            #expect(
                try routes(route, on: 3) == [
                    "route replace \(alias)/32 dev wg-ployz proto 80 scope link src 10.101.3.1"
                ]
            )
        }
    }

    @Test func theNextHandoverHasTheOtherAliasAndKeepsTheOldOneUntilItIsOver() throws {
        var next = try route(.over).handedOver(to: try Fixture.id(3))
        let handover = try #require(next.handover)
        #expect(handover.alias.description == "241.101.1.5")
        #expect(handover.formerAlias?.description == alias)
        #expect(next.place == (try Fixture.id(2)))
        #expect(try allowed(next, to: 2, on: 1) == Fixture.prefixes("\(address)/32", "\(alias)/32"))
        #expect(try allowed(next, to: 3, on: 1) == Fixture.prefixes("241.101.1.5/32"))
        next.handover?.phase = .over
        #expect(try allowed(next, to: 2, on: 1) == [])
        #expect(try allowed(next, to: 3, on: 1) == Fixture.prefixes("\(address)/32", "241.101.1.5/32"))
        #expect(next.handedOver(to: try Fixture.id(1)).handover?.alias.description == alias)
    }

    @Test func recordsWithoutAHandoverAreReadAndTranslateNothing() throws {
        let plain = try Fixture.route(address, on: 1)
        let text = String(decoding: try JSON.encode(plain), as: UTF8.self)
        #expect(!text.contains("handover"))
        #expect(try JSON.decode(RouteRecord.self, from: Data(text.utf8)) == plain)
        #expect(try translations(plain, on: 1) == .none)
        let route = try route(.open)
        #expect(try JSON.decode(RouteRecord.self, from: try JSON.encode(route)) == route)
    }

    @Test func theElementsAreSetInOneTransactionOfOurTable() throws {
        let input = NftRuleset.set(try translations(try route(.open), on: 3)).input
        #expect(
            input.split(separator: "\n") == [
                "flush set inet ployz parked", "flush set inet ployz parked_arrivals",
                "flush set inet ployz beside", "flush set inet ployz answering", "flush set inet ployz aliases",
                "flush set inet ployz underlay", "flush map inet ployz outgoing",
                "flush map inet ployz arriving", "flush map inet ployz speaking", "flush map inet ployz heard",
                "flush set inet ployz managers",
                "add element inet ployz aliases { 240.101.1.5 }",
                "add element inet ployz outgoing { 10.101.1.5 : 240.101.1.5 }",
                "add element inet ployz heard { 240.101.1.5 : 10.101.1.5 }",
            ]
        )
    }

    @Test func ourPolicyRulesAreToldFromOthers() throws {
        let rules = try PolicyRule.parse(
            """
            [{"priority":0,"src":"all","table":"local"},
             {"priority":80,"src":"all","fwmark":"0x500000","fwmask":"0x500000","table":"80","protocol":"80"},
             {"priority":80,"src":"all","iif":"wg-ployz","table":"80","protocol":"80"},
             {"priority":79,"src":"all","fwmark":"0xa00000","fwmask":"0xa00000","table":"81","protocol":"80"},
             {"priority":80,"src":"all","iif":"eth0","table":"80"},
             {"priority":32766,"src":"all","table":"main"}]
            """
        )
        #expect(rules == Set(PolicyRule.wanted(Fixture.configuration)))
        #expect(
            PolicyRule.wanted(Fixture.configuration).map(\.add).lines == [
                "rule add priority 79 fwmark 0x00a00000/0x00a00000 lookup 81 protocol 80",
                "rule add priority 80 iif wg-ployz lookup 80 protocol 80",
                "rule add priority 80 fwmark 0x00500000/0x00500000 lookup 80 protocol 80",
            ]
        )
    }
}

@Suite struct ConnectionTableTests {
    @Test func connectionsThatTheInstanceAnswersAreToldFromOthers() throws {
        let text = """
            ipv4     2 tcp      6 119 TIME_WAIT src=10.101.3.9 dst=10.101.1.5 sport=40848 dport=80 src=10.101.1.5 dst=10.101.3.9 sport=80 dport=40848 [ASSURED] mark=0 zone=0 use=2
            ipv4     2 icmp     1 29 src=10.101.2.1 dst=10.101.1.5 type=8 code=0 id=32709 src=10.101.1.5 dst=10.101.2.1 type=0 code=0 id=32709 mark=0 zone=0 use=2
            ipv4     2 tcp      6 60 SYN_SENT src=10.101.2.9 dst=10.101.1.5 sport=5 dport=80 [UNREPLIED] src=10.101.1.5 dst=10.101.2.9 sport=80 dport=5 mark=0 zone=0 use=2
            ipv4     2 tcp      6 9 CLOSE src=10.101.1.9 dst=10.101.1.5 sport=7 dport=80 src=240.101.1.5 dst=10.101.1.9 sport=80 dport=7 mark=0 zone=0 use=2
            ipv4     2 tcp      6 9 ESTABLISHED src=10.101.1.5 dst=10.101.2.9 sport=7 dport=80 src=10.101.2.9 dst=10.101.1.5 sport=80 dport=7 mark=0 zone=0 use=2
            """
        let found = ConnectionTable.connections(to: try IPv4Address("10.101.1.5"), in: text)
        #expect(found.count == 3)
        let later = text.replacingOccurrences(of: "119 TIME_WAIT", with: "118 TIME_WAIT")
        #expect(ConnectionTable.connections(to: try IPv4Address("10.101.1.5"), in: later) == found)
        #expect(InvocationResult(status: 1).connections(to: try IPv4Address("10.101.1.5")) == nil)
    }
}
