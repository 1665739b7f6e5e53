import Foundation
import PloyzModel
import Testing

/// What a machine of the cluster can write into the store must not end the daemons that read it, and a name must have one
/// form. Found by scripts/fuzz, or while its targets were written.
@Suite struct HostileRecordTests {
    @Test("an epoch that could not grow any more is none", arguments: ["18446744073709551615", "4611686018427387904"])
    func epochs(text: String) {
        #expect(throws: DecodingError.self) { try JSON.decode([Epoch].self, from: Data("[\(text)]".utf8)) }
    }

    @Test("the greatest epoch that is read grows")
    func greatestEpoch() throws {
        let epoch = try JSON.decode([Epoch].self, from: Data("[4611686018427387903]".utf8))[0]
        #expect(epoch.next > epoch)
    }

    @Test("the last generation stays")
    func generations() throws {
        #expect(UInt64(7).grown == 8)
        let record = RouteRecord(
            address: try IPv4Address("10.101.1.2"),
            instance: try InstanceRef("shop/web/0"),
            machine: try MachineID("m-0000000000000001"),
            ports: [],
            generation: .max
        )
        #expect(record.released.generation == .max)
        #expect(record.parked(for: try OperationID("op-0000000000000001")).generation == .max)
        #expect(record.handedOver(to: try MachineID("m-0000000000000002")).generation == .max)
    }

    @Test(
        "a machine whose subnet is one address has that",
        arguments: [("10.0.0.1/32", "10.0.0.1"), ("10.0.0.0/24", "10.0.0.1")]
    )
    func subnets(subnet: String, address: String) throws {
        #expect(try IPv4Network(subnet).firstHost == IPv4Address(address))
    }

    @Test("times add up to at most what there is")
    func times() {
        #expect(Microseconds(.max) + Microseconds(1) == Microseconds(.max))
        #expect(Microseconds(.min) + Microseconds(-1) == Microseconds(.min))
    }

    @Test("an instance has one name", arguments: ["shop/web/+1", "shop/web/01", "shop/web/-0", "shop/web/"])
    func instances(text: String) { #expect(throws: InvalidName.self) { try InstanceRef(text) } }

    @Test("a network has one name", arguments: ["10.101.0.0/+16", "10.101.0.0/016", "0.0.0.0/-0"])
    func networks(text: String) { #expect(throws: InvalidName.self) { try IPv4Network(text) } }

    @Test(
        "a key's file has no control character, of whatever kind",
        arguments: ["/k\u{85}", "/k\u{9b}1m", "/k\n", "/k k"]
    )
    func keyFiles(path: String) { #expect(throws: InvalidName.self) { try KeyFile(path) } }
}
