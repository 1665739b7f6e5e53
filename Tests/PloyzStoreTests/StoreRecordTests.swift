import Foundation
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

struct StoreRecordTests {
    let store = InMemoryClusterStore()

    @Test func aRecordComesBackAsItWasPutAndItsBytesCompareEqual() async throws {
        let route = try route(address: "10.101.0.7", generation: 1)
        var moved = route
        moved.generation = 2
        #expect(try await store.commit(StoreTransaction(conditions: [.absent(route)], writes: [.put(route)])))
        #expect(try await store.record(RouteRecord.self, at: route.storeKey) == route)
        #expect(
            try await store.commit(StoreTransaction(conditions: [.value(moved)], writes: [.delete(route)])) == false
        )
        #expect(try await store.commit(StoreTransaction(conditions: [.value(route)], writes: [.put(moved)])))
        #expect(try await store.records(RouteRecord.self, under: .routes) == [moved])
    }

    @Test func aValueThatIsNoRecordIsReportedWithItsKey() async throws {
        let key = StoreKey.route(try IPv4Address("10.101.0.9"))
        #expect(try await store.commit(StoreTransaction(conditions: [], writes: [.put(key, Data("{}".utf8))])))
        let error = await #expect(throws: PloyzError.self) {
            try await store.records(RouteRecord.self, under: .routes)
        }
        #expect(error?.code == .storeCorrupt)
        #expect(error?.message.contains(key.text) == true)
    }

    private func route(address: String, generation: UInt64) throws -> RouteRecord {
        RouteRecord(
            address: try IPv4Address(address),
            instance: try InstanceRef("shop/redis/0"),
            machine: try MachineID("m-0123456789abcdef"),
            ports: [],
            generation: generation
        )
    }
}
