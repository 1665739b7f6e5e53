import Foundation
import PloyzMigration
import PloyzModel

@testable import PloyzOverlay

/// Three machines m1, m2, m3 with the subnets 10.101.1.0/24 to 10.101.3.0/24, made without any device.
enum Fixture {
    static let cluster = IPv4Network(containing: IPv4Address(bits: 10 << 24 | 101 << 16), prefixLength: 16)

    static func key(_ number: UInt8) throws -> WireGuardPublicKey {
        try WireGuardPublicKey(Data(repeating: number, count: 32).base64EncodedString())
    }

    static func id(_ number: Int) throws -> MachineID { try MachineID("m-000000000000000\(number)") }

    static func machine(_ number: Int, endpoints: [String]? = nil, joined: Double = 0) throws -> MachineRecord {
        let key = try key(UInt8(number))
        return MachineRecord(
            id: try id(number),
            name: try MachineName("m\(number)"),
            wireguardKey: key.text,
            endpoints: endpoints ?? ["192.0.2.\(number):51820"],
            subnet: try IPv4Network("10.101.\(number).0/24"),
            managementAddress: ManagementAddress(of: key).text,
            lifecycle: .active,
            storage: nil,
            isStorageMember: false,
            labels: [:],
            joinedAt: Date(timeIntervalSince1970: joined)
        )
    }

    static func route(_ address: String, on machine: Int, generation: UInt64 = 1) throws -> RouteRecord {
        RouteRecord(
            address: try IPv4Address(address),
            instance: try InstanceRef("shop/redis/0"),
            machine: try id(machine),
            ports: [],
            generation: generation
        )
    }

    static func picture(_ routes: [RouteRecord]) throws -> RoutingPicture {
        RoutingPicture(cluster: cluster, machines: [try machine(1), try machine(2), try machine(3)], routes: routes)
    }

    static func member(_ number: Int) throws -> OverlayMember {
        OverlayMember(
            machine: try id(number),
            cluster: cluster,
            subnet: try IPv4Network("10.101.\(number).0/24"),
            management: ManagementAddress(of: try key(UInt8(number)))
        )
    }

    static func surroundings(_ number: Int) throws -> Surroundings {
        Surroundings(
            machines: try picture([]).machines,
            member: try member(number),
            wireguard: .wireguard,
            bridge: .bridge
        )
    }

    /// The share of an address on a machine.
    static func share(_ record: RouteRecord, on number: Int, _ standing: LocalStanding = LocalStanding()) throws
        -> AddressShare
    {
        AddressShare(of: record.address, record: record, standing: standing, in: try surroundings(number))
    }

    /// The whole plan of a machine.
    static func plan(_ records: [RouteRecord], on number: Int) throws -> NetworkPlan {
        var plan = NetworkPlan(cluster: cluster, in: try surroundings(number))
        for record in try picture(records).routes.values {
            plan.set(try share(record, on: number), of: record.address)
        }
        return plan
    }

    /// Ordered by key.
    static func peers(_ records: [RouteRecord], on number: Int) throws -> [WireGuardPeer] {
        try plan(records, on: number).peers.values.sorted { $0.key < $1.key }
    }

    static let configuration = OverlayConfiguration(keyFile: "/var/lib/ployz/wireguard.key", logFile: "/var/log/wg.log")

    static func prefixes(_ texts: String...) -> Set<OverlayPrefix> { Set(texts.map { OverlayPrefix(printed: $0) }) }

    /// The management address of the machine, as a prefix.
    static func management(_ number: UInt8) throws -> OverlayPrefix {
        OverlayPrefix(ManagementAddress(of: try key(number)))
    }
}

extension [IPCommand] {
    /// As `ip -batch -` reads them.
    var lines: [String] { IPCommand.batch(self).split(separator: "\n").map { String($0) } }
}
