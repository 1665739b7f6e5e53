import Foundation
import PloyzModel
import Testing

@testable import PloyzOverlay

@Suite struct ModelTests {
    @Test func theManagementAddressIsFdAndTheFirstFifteenBytesOfTheKey() throws {
        let key = try WireGuardPublicKey(Data(0..<32).base64EncodedString())
        #expect(ManagementAddress(of: key).text == "fd00:102:304:506:708:90a:b0c:d0e")
        let zeros = try WireGuardPublicKey(Data(count: 32).base64EncodedString())
        #expect(ManagementAddress(of: zeros).text == "fd00::")
        #expect(try ManagementAddress("FD00:0:0::0").text == "fd00::")
    }

    @Test(arguments: ["", "fe80::1", "10.0.0.1", "fd00::1/128", "fd00::1%eth0"])
    func otherTextsAreNoManagementAddress(text: String) {
        #expect(throws: InvalidName.self) { try ManagementAddress(text) }
    }

    @Test(arguments: ["", "AAAA", String(repeating: "A", count: 44), "not base64 at all, but 44 characters long…"])
    func otherTextsAreNoKey(text: String) {
        #expect(throws: InvalidName.self) { try WireGuardPublicKey(text) }
    }

    /// The last digit of a key has two bits that say nothing.
    @Test func aKeyHasOneText() throws {
        let text = Data(0..<32).base64EncodedString()
        let last = try #require(text.dropLast().last)
        let other = text.dropLast(2) + (last == "8" ? "9" : "8") + "="
        #expect(Data(base64Encoded: String(other)) == Data(0..<32))
        #expect(throws: InvalidName.self) { try WireGuardPublicKey(String(other)) }
    }

    @Test(arguments: ["192.0.2.1:51820", "[2001:db8::1]:1", "[::1]:65535"])
    func literalEndpointsAreTaken(text: String) throws {
        #expect(try WireGuardEndpoint(text).text == text)
    }

    @Test(arguments: [
        "", "192.0.2.1", "192.0.2.1:0", "192.0.2.1:65536", "example.org:51820", "2001:db8::1:51820", "[::1]", ":1",
        "192.0.2.1:5\nprivate_key=0", "[::1\n]:5", "192.0.2.1:+5", "[::1]:007", "[::1\u{0}x]:4",
    ])
    func namesAndHalvesAreNoEndpoints(text: String) {
        #expect(throws: InvalidName.self) { try WireGuardEndpoint(text) }
    }

    @Test(arguments: ["", "0abc", "wg_0", "br ployz", "sixteen-letters-", "WG", "a/b"])
    func namesThatAKernelOrARuleWouldMisreadAreNoDevices(text: String) {
        #expect(throws: InvalidName.self) { try DeviceName(text) }
    }

    @Test func linkNamesFitTheKernelAndAreTheSameOnAllMachines() throws {
        let long = String(repeating: "n", count: 63)
        let instances = try ["shop/redis/0", "shop/redis/1", "shop/redis/10", "\(long)/\(long)/999999", "a/b/0"]
            .map { try InstanceRef($0) }
        let names = instances.map { DeviceName(linkOf: $0).text }
        #expect(Set(names).count == instances.count)
        for name in names { #expect(try DeviceName(name).text == name && name.utf8.count == 15) }
        #expect(names[0] == "plzbe90d35537fc")
    }

    @Test func hardwareAddressesFollowFromAddresses() throws {
        #expect(MACAddress(of: try IPv4Address("10.101.1.255")).text == "02:50:0a:65:01:ff")
        #expect(MACAddress.gateway.text == "02:50:00:00:00:01")
    }

    @Test func wordsWithSpacesAreQuotedForABatch() {
        let commands: [IPCommand] = [["link", "set", "dev", "a", "alias", "ployz 10.0.0.1 a/b/0"], ["route", "show"]]
        #expect(IPCommand.batch(commands) == "link set dev a alias \"ployz 10.0.0.1 a/b/0\"\nroute show\n")
    }

    @Test func programsInASandboxAreRunThroughItsNamespace() {
        let inside = Invocation.ipBatch([["link", "set", "dev", "lo", "up"]]).inNetwork(of: 4711)
        #expect(inside.program == "nsenter")
        #expect(inside.arguments == ["--net=/proc/4711/ns/net", "ip", "-batch", "-"])
        #expect(inside.input == "link set dev lo up\n")
    }
}
