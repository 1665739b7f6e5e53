import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import SystemPackage
import Testing

@testable import PloyzDaemon

/// A store that was made from an old snapshot does not lead packets back to where a workload no longer is.
@Suite struct RestoredRoutesTests {
    @Test(.timeLimit(.minutes(1)))
    func olderRoutesOfAnotherStoreAreNotBelieved() async throws {
        let directory = NSTemporaryDirectory() + "ployz-routes-\(UUID())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = FilePath(directory).appending("picture.json")
        let store = InMemoryClusterStore()
        let time = VirtualTimekeeper()
        let mirror = ClusterMirror(store: store, logger: Logger(label: "test"))
        let keeper = RoutingKeeper(
            cluster: ClusterRecord(
                id: .sample(1),
                name: try ClusterName("north"),
                network: try IPv4Network("10.101.0.0/16"),
                createdAt: Date(timeIntervalSince1970: 0)
            ),
            store: store,
            network: InMemoryNetwork(machine: "m1", faults: FaultInjector(time: time), time: time),
            memory: RoutingMemory(path),
            logger: Logger(label: "test")
        )
        mirror.replace(with: try listing(lineage: "first", [2: 8]))
        let following = Task { await keeper.follow(mirror) }
        try await wait(for: [2: 8], at: path)

        // Both in one picture: the newer one shows that the older one was looked at.
        mirror.replace(with: try listing(lineage: "restored", [2: 7, 3: 1]))
        try await wait(for: [2: 8, 3: 1], at: path)
        mirror.replace(with: try listing(lineage: "restored again", [2: 9, 3: 1]))
        try await wait(for: [2: 9, 3: 1], at: path)

        // The same store may take back what it said: the instance was removed and placed anew.
        let anew = try route(2, generation: 1)
        _ = try await store.commit(StoreTransaction(conditions: [], writes: [try .put(anew)]))
        mirror.apply([.put(try StoreEntry(anew))])
        try await wait(for: [2: 1, 3: 1], at: path)
        following.cancel()
        await following.value
    }

    private func route(_ host: Int, generation: UInt64) throws -> RouteRecord {
        RouteRecord(
            address: try IPv4Address("10.101.1.\(host)"),
            instance: InstanceRef(service: try ServiceRef("shop/redis\(host)"), index: 0),
            machine: .sample(1),
            ports: [],
            generation: generation
        )
    }

    private func listing(lineage: String, _ routes: [Int: UInt64]) throws -> StoreListing {
        StoreListing(
            entries: try routes.sorted { $0.key < $1.key }
                .map { try StoreEntry(route($0.key, generation: $0.value)) },
            revision: 1,
            lineage: lineage
        )
    }

    /// Waits until these generations, by the last part of the address, are what was applied and remembered.
    private func wait(for generations: [UInt8: UInt64], at path: FilePath) async throws {
        let end = ContinuousClock.now + .seconds(20)
        var seen: [UInt8: UInt64] = [:]
        while ContinuousClock.now < end {
            let routes = try RoutingMemory(path).read()?.routes ?? [:]
            seen = Dictionary(uniqueKeysWithValues: routes.map { (UInt8($0.key.bits & 255), $0.value.generation) })
            if seen == generations { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("\(seen) is not \(generations)")
    }
}
