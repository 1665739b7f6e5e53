import PloyzModel
import Testing

@testable import PloyzOverlay

@Suite struct RouteTests {
    private func plan(_ routes: [(String, Int)], local: [String], on number: Int = 1) throws -> RoutePlan {
        RoutePlan(
            picture: try Fixture.picture(try routes.map { try Fixture.route($0.0, on: $0.1) }),
            member: try Fixture.member(number),
            local: Set(try local.map { try IPv4Address($0) }),
            wireguard: .wireguard,
            bridge: .bridge
        )
    }

    private let empty = RoutePlan(routes: [], neighbours: [])

    @Test func aMachineHasRoutesToItsInstancesAndToTheOthersSubnets() throws {
        let plan = try plan([("10.101.1.5", 1), ("10.101.1.6", 2)], local: ["10.101.1.5"])
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
        let before = try plan([("10.101.2.5", 2)], local: [])
        #expect(try plan([("10.101.2.5", 3)], local: []) == before)
    }

    @Test func theSourceOfAMovePointsAtWireguardAndTheTargetAtItsBridge() throws {
        let here = try plan([("10.101.1.5", 1)], local: ["10.101.1.5"])
        let away = try plan([("10.101.1.5", 2)], local: [])
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
        let plan = try plan([("10.101.9.9", 2)], local: [])
        let target = OverlayRoute.Target.device(.wireguard, source: try IPv4Address("10.101.1.1"))
        #expect(plan.routes.contains(OverlayRoute(destination: .init(printed: "10.101.9.9"), target: target)))
    }

    @Test func unsealingIsThePlanWithTheAddressHere() throws {
        let before = try plan([("10.101.2.5", 2)], local: [])
        let link = InstanceLink(
            instance: try InstanceRef("shop/redis/0"),
            address: try IPv4Address("10.101.2.5"),
            gateway: try IPv4Address("10.101.1.1"),
            bridge: .bridge,
            mtu: 1420
        )
        let after = before.unsealing(link.address, route: link.route)
        #expect(after == (try plan([("10.101.2.5", 1)], local: ["10.101.2.5"])))
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

    private func local(_ claims: inout LocalClaims, on machine: Int, generation: UInt64) throws -> Bool {
        let route = try Fixture.route(address.description, on: machine, generation: generation)
        return claims.local(in: try Fixture.picture([route]), machine: try Fixture.id(2)).contains(address)
    }

    @Test func anUnsealedAddressStaysUntilANewerRecordSpeaks() throws {
        var claims = LocalClaims()
        #expect(try !local(&claims, on: 1, generation: 4))
        claims.claim(address, isHere: true)
        #expect(try local(&claims, on: 1, generation: 4), "the record of the move is still on its way")
        #expect(try local(&claims, on: 2, generation: 5))
        #expect(try !local(&claims, on: 3, generation: 6))
    }

    @Test func aSealedAddressIsGoneUntilANewerRecordSpeaks() throws {
        var claims = LocalClaims()
        #expect(try local(&claims, on: 2, generation: 4))
        claims.claim(address, isHere: false)
        #expect(try !local(&claims, on: 2, generation: 4))
        #expect(try local(&claims, on: 2, generation: 6), "it came back")
    }

    @Test func aClaimWithoutARecordHoldsOnlyForWhatIsHere() throws {
        var claims = LocalClaims()
        claims.claim(address, isHere: true)
        let empty = try Fixture.picture([])
        #expect(claims.local(in: empty, machine: try Fixture.id(2)) == [address])
        claims.claim(address, isHere: false)
        #expect(claims.local(in: empty, machine: try Fixture.id(2)) == [])
        #expect(claims == LocalClaims())
    }
}
