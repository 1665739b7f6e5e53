import PloyzModel
import Testing

@testable import PloyzIngress

@Suite struct ServiceIndexTests {
    @Test func aServiceIsSeenWhenItHasBothItsRecordAndAnInstance() throws {
        var index = ServiceIndex()
        let web = try ServiceRef("shop/web")
        let spec = try Fixtures.spec(publish: [PublishedPort(port: 9000, target: 80)])
        let byRecord = index.put(spec, of: web)
        #expect(byRecord)
        #expect(index.view(of: web) == nil)
        let byInstance = index.put(try IPv4Address("10.101.1.3"), of: InstanceRef(service: web, index: 1))
        #expect(byInstance)
        let bySecond = index.put(try IPv4Address("10.101.2.2"), of: InstanceRef(service: web, index: 0))
        #expect(bySecond)
        #expect(index.view(of: web)?.addresses.map(\.description) == ["10.101.2.2", "10.101.1.3"])
        let byRemoval = index.put(nil as IPv4Address?, of: InstanceRef(service: web, index: 1))
        #expect(byRemoval)
        #expect(index.view(of: web)?.addresses.count == 1)
        let byLastRemoval = index.put(nil as IPv4Address?, of: InstanceRef(service: web, index: 0))
        #expect(byLastRemoval)
        #expect(index.view(of: web) == nil)
    }

    @Test func whatANameOrAPortDoesNotShowIsNoChange() throws {
        var index = ServiceIndex()
        let web = try ServiceRef("shop/web")
        index.put(try Fixtures.spec(), of: web)
        var other = try Fixtures.spec()
        other.template.image = "other"
        let byOtherImage = index.put(other, of: web)
        #expect(!byOtherImage)
        let instance = InstanceRef(service: web, index: 0)
        index.put(try IPv4Address("10.101.1.3"), of: instance)
        let byMove = index.put(try IPv4Address("10.101.1.3"), of: instance)
        #expect(!byMove)
    }
}
