import Foundation
import Logging
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

@testable import PloyzDaemon

@Suite struct MirrorReaderTests {
    private let key = StoreKey.services.text

    private func entry(_ name: String, _ text: String) -> StoreEntry {
        StoreEntry(key: StoreKey(key + name), value: Data(text.utf8))
    }

    private func taken(_ reader: MirrorReader) -> [String: String?] {
        Dictionary(
            uniqueKeysWithValues: reader.take().map { pair in
                (String(pair.key.text.dropFirst(key.count)), pair.value.map { String(decoding: $0, as: UTF8.self) })
            }
        )
    }

    @Test func aReaderHearsOfEachChangeOnceAndOfNothingElse() {
        let mirror = ClusterMirror(store: InMemoryClusterStore(), logger: Logger(label: "test"))
        let elsewhere = StoreEntry(key: StoreKey.cluster, value: Data())
        mirror.replace(with: StoreListing(entries: [entry("a", "1"), elsewhere], revision: 1))
        let reader = mirror.reader(under: [.services])
        #expect(taken(reader) == ["a": "1"])
        #expect(taken(reader) == [:])
        mirror.apply([.put(entry("a", "2")), .put(entry("b", "1")), .put(elsewhere)])
        mirror.apply([.put(entry("a", "3")), .deleted(StoreKey(key + "b"))])
        #expect(taken(reader) == ["a": "3", "b": nil])
    }

    @Test func aListingAfterALostWatchIsTakenAsItsDifference() {
        let mirror = ClusterMirror(store: InMemoryClusterStore(), logger: Logger(label: "test"))
        mirror.replace(with: StoreListing(entries: ["a", "b", "c"].map { entry($0, "1") }, revision: 1))
        let reader = mirror.reader(under: [.services])
        _ = reader.take()
        mirror.replace(with: StoreListing(entries: [entry("a", "1"), entry("b", "2"), entry("d", "1")], revision: 9))
        #expect(taken(reader) == ["b": "2", "c": nil, "d": "1"])
    }

    @Test("A change costs the same however much a reader has not taken yet")
    func waiting() {
        let mirror = ClusterMirror(store: InMemoryClusterStore(), logger: Logger(label: "test"))
        let reader = mirror.reader(under: [.services])
        let clock = ContinuousClock()
        /// The least of several tries, since others use the processor too.
        func time() -> Duration {
            (0..<10).map { _ in clock.measure { for _ in 0..<50 { mirror.apply([.put(entry("0", "1"))]) } } }.min()
                ?? .zero
        }
        let few = time()
        mirror.apply((0..<20_000).map { .put(entry("\($0)", "1")) })
        // Copying what waits takes thousands of times as long.
        #expect(time() < few * 20)
        #expect(reader.take().count == 20_000)
    }
}
