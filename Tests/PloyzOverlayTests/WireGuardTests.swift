import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzOverlay

@Suite struct WireGuardTests {
    private func state(_ number: UInt8, _ allowed: Set<OverlayPrefix>, handshake: Int64 = 1000, endpoint: String? = nil)
        throws -> WireGuardPeerState
    {
        WireGuardPeerState(
            key: try Fixture.key(number),
            endpoint: endpoint ?? "192.0.2.\(number):51820",
            allowed: allowed,
            latestHandshake: handshake
        )
    }

    private func peers(_ routes: [(String, Int)]) throws -> [WireGuardPeer] {
        try Fixture.peers(try routes.map { try Fixture.route($0.0, on: $0.1) }, on: 1)
    }

    @Test func eachOtherMachineHasItsAddressItsSubnetAndWhatHasMovedThere() throws {
        let places = [
            ("10.101.1.5", 1), ("10.101.1.6", 2), ("10.101.2.5", 2), ("10.101.2.6", 3), ("10.101.3.5", 1),
            ("10.101.9.9", 3),
        ]
        let peers = try peers(places)
        #expect(peers.map(\.key) == [try Fixture.key(2), try Fixture.key(3)])
        #expect(peers[0].allowed == Fixture.prefixes("10.101.2.0/24", "10.101.1.6").union([try Fixture.management(2)]))
        #expect(
            peers[1].allowed
                == Fixture.prefixes("10.101.3.0/24", "10.101.2.6", "10.101.9.9").union([try Fixture.management(3)])
        )
        #expect(peers[0].endpoint?.text == "192.0.2.2:51820")
    }

    @Test func anOlderRecordOfAnAddressLoses() throws {
        let records = [
            try Fixture.route("10.101.1.5", on: 3, generation: 2),
            try Fixture.route("10.101.1.5", on: 2, generation: 1),
        ]
        let peers = try Fixture.peers(records, on: 1)
        #expect(peers.map { $0.allowed.contains(OverlayPrefix(printed: "10.101.1.5")) } == [false, true])
    }

    @Test func recordsThatCannotBeUsedAreLeftOutAndOthersStay() throws {
        var broken = try Fixture.machine(2)
        broken.wireguardKey = "broken"
        let named = try Fixture.machine(3, endpoints: ["example.org:51820", "[2001:db8::3]:51820"])
        let place = Surroundings(
            machines: [broken.id: broken, named.id: named],
            member: try Fixture.member(1),
            wireguard: .wireguard,
            bridge: .bridge
        )
        let peers = NetworkPlan(cluster: Fixture.cluster, in: place).peers.values
        #expect(peers.map(\.endpoint?.text) == ["[2001:db8::3]:51820"])
    }

    @Test func aMoveIsOneAdditionAndTakesTheAddressFromTheOtherPeerByItself() throws {
        let before = try peers([("10.101.1.5", 2)])
        let after = try peers([("10.101.1.5", 3)])
        let states = try [state(2, before[0].allowed), state(3, before[1].allowed)]
        let changes = PeerChange.changes(from: states, to: after, now: 1001)
        #expect(changes == [.add(after[1], Fixture.prefixes("10.101.1.5"))])
    }

    @Test func peersThatAreRightAreNotTouched() throws {
        let wanted = try peers([("10.101.1.5", 2)])
        let states = try [state(2, wanted[0].allowed), state(3, wanted[1].allowed)]
        #expect(PeerChange.changes(from: states, to: wanted, now: 1001) == [])
    }

    @Test func gainsComeBeforeLosses() throws {
        let wanted = try peers([("10.101.1.5", 3)])
        let gone = try state(9, Fixture.prefixes("10.101.9.0/24"))
        let surplus = wanted[0].allowed.union(Fixture.prefixes("10.101.1.7", "10.101.1.5"))
        let changes = PeerChange.changes(from: [gone, try state(2, surplus)], to: wanted, now: 1001)
        #expect(changes == [.create(wanted[1]), .replace(wanted[0]), .remove(try Fixture.key(9))])
    }

    @Test func aPeerThatRoamsIsFollowedUntilItsSessionIsDead() throws {
        let wanted = try peers([])
        let roaming = try [
            state(2, wanted[0].allowed, endpoint: "198.51.100.9:1024"), state(3, wanted[1].allowed),
        ]
        #expect(PeerChange.changes(from: roaming, to: wanted, now: 1100) == [])
        #expect(PeerChange.changes(from: roaming, to: wanted, now: 1181) == [.setEndpoint(wanted[0])])
    }

    @Test func theKernelsDeviceIsSetByOneCall() throws {
        let device = DeviceName.wireguard
        let peer = try peers([("10.101.1.5", 2)])[0]
        let key = try Fixture.key(2).text
        let allowed = "10.101.1.5/32,10.101.2.0/24,fd02:202:202:202:202:202:202:202/128"
        let changes: [PeerChange] = [.create(peer), .add(peer, Fixture.prefixes("10.101.1.5")), .remove(peer.key)]
        #expect(
            KernelControl.invocation(device, changes)
                == Invocation(
                    "wg",
                    [
                        "set", "wg-ployz", "peer", key, "endpoint", "192.0.2.2:51820", "persistent-keepalive", "25",
                        "allowed-ips", allowed, "peer", key, "allowed-ips", allowed, "peer", key, "remove",
                    ]
                )
        )
    }

    @Test func theUserspaceDeviceIsToldOnlyWhatIsAdded() throws {
        let peer = try peers([("10.101.1.5", 2)])[0]
        let key = String(repeating: "02", count: 32)
        #expect(
            UserspaceControl.request([.add(peer, Fixture.prefixes("10.101.1.5"))])
                == "set=1\npublic_key=\(key)\nupdate_only=true\nallowed_ip=10.101.1.5/32\n\n"
        )
        #expect(
            UserspaceControl.request([.create(peer), .setEndpoint(peer), .remove(peer.key)])
                == """
                set=1
                public_key=\(key)
                endpoint=192.0.2.2:51820
                persistent_keepalive_interval=25
                allowed_ip=10.101.1.5/32
                allowed_ip=10.101.2.0/24
                allowed_ip=fd02:202:202:202:202:202:202:202/128
                public_key=\(key)
                update_only=true
                endpoint=192.0.2.2:51820
                public_key=\(key)
                remove=true


                """
        )
        #expect(
            UserspaceControl.request([.replace(peer)]).contains("replace_allowed_ips=true\nallowed_ip=10.101.1.5/32")
        )
    }

    @Test func whatWgPrintsIsRead() throws {
        let own = try Fixture.key(1)
        let peer = try Fixture.key(2)
        let text = """
            cHJpdmF0ZQ==\t\(own)\t51820\toff
            \(peer)\t(none)\t192.0.2.2:51820\t10.101.2.0/24,fd02::1/128\t1700000000\t12\t34\t25
            \(try Fixture.key(3))\t(none)\t(none)\t(none)\t0\t0\t0\toff

            """
        let dump = try #require(WireGuardDump(text))
        #expect(dump.publicKey == own)
        #expect(dump.listenPort == 51820)
        #expect(
            dump.peers == [
                WireGuardPeerState(
                    key: peer,
                    endpoint: "192.0.2.2:51820",
                    allowed: Fixture.prefixes("10.101.2.0/24", "fd02::1/128"),
                    latestHandshake: 1_700_000_000
                ),
                WireGuardPeerState(key: try Fixture.key(3), endpoint: nil, allowed: [], latestHandshake: 0),
            ]
        )
        #expect(WireGuardDump("(none)\t(none)\t0\toff\n")?.publicKey == nil)
        #expect(WireGuardDump("Unable to access interface") == nil)
    }

    @Test func theKeyFileIsMadeOnceAndOnlyForItsOwner() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/wg key \(UUID().uuidString)"
        defer { unlink(path) }
        let file = WireGuardKeyFile(path: path)
        async let first = file.publicKey()
        async let second = file.publicKey()
        #expect(try await first == second)
        #expect(try await file.publicKey() == first)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
    }

    @Test func trafficIsReadByPeer() {
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        let text =
            "private\tpublic\t51820\toff\n\(key)\t(none)\t192.0.2.1:51820\t10.0.0.0/8\t1700000000\t5\t7\t25\nbad\n"
        let seen = PeerTraffic.parse(text)
        #expect(seen.count == 1)
        #expect(seen[key]?.endpoint == "192.0.2.1:51820")
        #expect(seen[key]?.latestHandshake == 1_700_000_000)
        #expect(seen[key]?.received.bytes == 5)
        #expect(seen[key]?.sent.bytes == 7)
    }
}
