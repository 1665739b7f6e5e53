import PloyzModel
import Testing

@testable import PloyzOverlay

@Suite struct RouteTests {
    private func plan(_ routes: [(String, Int)], on number: Int = 1) throws -> RoutePlan {
        try Fixture.plan(try routes.map { try Fixture.route($0.0, on: $0.1) }, on: number).routePlan
    }

    private let empty = RoutePlan(routes: [], neighbours: [])

    @Test func aMachineHasRoutesToItsInstancesAndToTheOthersSubnets() throws {
        let plan = try plan([("10.101.1.5", 1), ("10.101.1.6", 2)])
        #expect(
            plan.commands(from: empty, bridge: .bridge).lines == [
                "neigh replace 10.101.1.5 lladdr 02:50:0a:65:01:05 dev br-ployz nud permanent",
                "route replace 10.101.1.5/32 dev br-ployz proto 80 scope link src 10.101.1.1",
                "route replace 10.101.1.6/32 dev wg-ployz proto 80 scope link src 10.101.1.1",
                "route replace 10.101.2.0/24 dev wg-ployz proto 80 scope link src 10.101.1.1",
                "route replace 10.101.3.0/24 dev wg-ployz proto 80 scope link src 10.101.1.1",
                "route replace fd02:202:202:202:202:202:202:202/128 dev wg-ployz proto 80",
                "route replace fd03:303:303:303:303:303:303:303/128 dev wg-ployz proto 80",
                "route replace unreachable 10.101.0.0/16 proto 80",
                "route replace unreachable 10.101.1.0/24 proto 80",
            ]
        )
    }

    @Test func aMoveBetweenTwoOtherMachinesChangesNoRoute() throws {
        let before = try plan([("10.101.2.5", 2)])
        #expect(try plan([("10.101.2.5", 3)]) == before)
    }

    @Test func theSourceOfAMovePointsAtWireguardAndTheTargetAtItsBridge() throws {
        let here = try plan([("10.101.1.5", 1)])
        let away = try plan([("10.101.1.5", 2)])
        #expect(
            away.commands(from: here, bridge: .bridge).lines == [
                "route replace 10.101.1.5/32 dev wg-ployz proto 80 scope link src 10.101.1.1",
                "neigh del 10.101.1.5 dev br-ployz",
            ]
        )
        #expect(
            here.commands(from: away, bridge: .bridge).lines == [
                "neigh replace 10.101.1.5 lladdr 02:50:0a:65:01:05 dev br-ployz nud permanent",
                "route replace 10.101.1.5/32 dev br-ployz proto 80 scope link src 10.101.1.1",
            ]
        )
        #expect(here.commands(from: here, bridge: .bridge) == [])
    }

    @Test func anAddressOfASubnetThatNoMachineHasIsReachedByItsOwnRoute() throws {
        let plan = try plan([("10.101.9.9", 2)])
        let target = OverlayRoute.Target.device(.wireguard, source: try IPv4Address("10.101.1.1"))
        #expect(plan.routes.contains(OverlayRoute(destination: .init(printed: "10.101.9.9"), target: target)))
    }

    @Test func unsealingIsTheShareWithTheAddressHere() throws {
        var share = try Fixture.share(try Fixture.route("10.101.2.5", on: 2), on: 1)
        let link = InstanceLink(
            instance: try InstanceRef("shop/redis/0"),
            address: try IPv4Address("10.101.2.5"),
            gateway: try IPv4Address("10.101.1.1"),
            bridge: .bridge,
            mtu: 1420
        )
        share.lead(link.address, by: link.route)
        let here = try Fixture.share(try Fixture.route("10.101.2.5", on: 1), on: 1)
        #expect(share.routes == here.routes)
        #expect(share.neighbours == here.neighbours)
    }

    @Test func aChangedShareLeavesThePlanAsOneThatIsMadeAnew() throws {
        let others = [try Fixture.route("10.101.1.6", on: 2), try Fixture.route("10.101.3.7", on: 1)]
        let before = try Fixture.route("10.101.2.5", on: 3)
        let records = [
            before.parked(for: try OperationID("op-0000000000000001")),
            try Fixture.route("10.101.2.5", on: 1, generation: 2),
            before.handedOver(to: try Fixture.id(1)),
        ]
        for record in records {
            var plan = try Fixture.plan(others + [before], on: 1)
            plan.set(try Fixture.share(record, on: 1), of: record.address)
            let anew = try Fixture.plan(others + [record], on: 1)
            #expect(plan.routePlan == anew.routePlan)
            #expect(plan.peers == anew.peers)
            #expect(plan.elements == anew.elements)
        }
    }

    @Test func whatIpPrintsIsRead() throws {
        let routes = try OverlayRoute.parse(
            """
            [{"type":"unreachable","dst":"10.101.0.0/16","flags":[]},
             {"dst":"10.101.1.5","dev":"br-ployz","scope":"link","prefsrc":"10.101.1.1","flags":["linkdown"]},
             {"dst":"fd02::1","dev":"wg-ployz","metric":1024,"flags":[],"pref":"medium"},
             {"type":"blackhole","dst":"10.101.7.0/24","flags":[]},
             {"dst":"10.101.1.5","dev":"br-ployz","table":"80","scope":"link","prefsrc":"10.101.1.1","flags":[]},
             {"dst":"10.101.1.6","dev":"br-ployz","table":"81","scope":"link","flags":[]}]
            """
        )
        #expect(
            routes == [
                OverlayRoute(destination: .init(printed: "10.101.0.0/16"), target: .unreachable),
                OverlayRoute(
                    destination: .init(printed: "10.101.1.5/32"),
                    target: .device(.bridge, source: try IPv4Address("10.101.1.1"))
                ),
                OverlayRoute(destination: .init(printed: "fd02::1/128"), target: .device(.wireguard, source: nil)),
                OverlayRoute(
                    destination: .init(printed: "10.101.1.5/32"),
                    target: .device(.bridge, source: try IPv4Address("10.101.1.1")),
                    table: .beside
                ),
            ]
        )
        #expect(try OverlayRoute.parse("") == [])
        let neighbours = try BridgeNeighbour.parse(
            """
            [{"dst":"10.101.1.5","lladdr":"02:50:0a:65:01:05","state":["PERMANENT"]},
             {"dst":"10.101.1.6","lladdr":"02:50:0a:65:01:05","state":["PERMANENT"]}]
            """
        )
        #expect(neighbours == [BridgeNeighbour(address: try IPv4Address("10.101.1.5"))])
    }

    @Test func onlyRoutesWithOurNumberAreLookedAt() {
        #expect(
            OverlayRoute.show(isIPv6: false)
                == Invocation("ip", ["-j", "-4", "route", "show", "table", "all", "proto", "80"])
        )
        #expect(OverlayRoute.show(isIPv6: true) == Invocation("ip", ["-j", "-6", "route", "show", "proto", "80"]))
        #expect(
            BridgeNeighbour.show(on: .bridge)
                == Invocation("ip", ["-j", "-4", "neigh", "show", "dev", "br-ployz", "nud", "permanent"])
        )
    }
}

@Suite struct LocalClaimsTests {
    private let address = IPv4Address(bits: 10 << 24 | 101 << 16 | 1 << 8 | 5)

    private func record(generation: UInt64) throws -> RouteRecord {
        try Fixture.route(address.description, on: 1, generation: generation)
    }

    @Test func aClaimHoldsUntilANewerRecordSpeaks() throws {
        for isHere in [true, false] {
            var claims = LocalClaims()
            #expect(claims.isHere(address, against: try record(generation: 4)) == nil)
            claims.claim(address, isHere: isHere, against: try record(generation: 4))
            #expect(claims.isHere(address, against: try record(generation: 4)) == isHere)
            #expect(claims.isHere(address, against: try record(generation: 5)) == nil)
            #expect(claims == LocalClaims())
        }
    }

    @Test func aClaimWithoutARecordHoldsOnlyForWhatIsHere() throws {
        var claims = LocalClaims()
        claims.claim(address, isHere: true, against: nil)
        #expect(claims.isHere(address, against: nil) == true)
        claims.claim(address, isHere: false, against: nil)
        #expect(claims.isHere(address, against: nil) == nil)
        #expect(claims == LocalClaims())
    }
}
