import Foundation
import PloyzMigration
import PloyzModel
import Testing

/// The claims that every ``ClusterStore`` must meet; run against the one in memory and against a real etcd.
struct StoreContract {
    let store: any ClusterStore
    /// Everything below this key is the test's own.
    let root: StoreKey

    func key(_ part: String) -> StoreKey { StoreKey(root.text + part) }

    func commitsAreAllOrNothing() async throws {
        let (first, second) = (key("first"), key("second"))
        #expect(try await store.get(first) == nil)
        #expect(
            try await store.commit(
                StoreTransaction(
                    conditions: [.absent(first), .absent(second)],
                    writes: [.put(first, Data("1".utf8)), .put(second, Data())]
                )
            )
        )
        #expect(try await store.get(first) == Data("1".utf8))
        #expect(try await store.get(second) == Data())

        let refused = StoreTransaction(
            conditions: [.value(first, Data("1".utf8)), .absent(second)],
            writes: [.put(first, Data("2".utf8)), .delete(second)]
        )
        #expect(try await store.commit(refused) == false)
        #expect(try await store.get(first) == Data("1".utf8))
        #expect(try await store.get(second) == Data())
    }

    func conditionsCompareBytes() async throws {
        let target = key("bytes")
        let bytes = Data([0, 1, 0xFF, 0, 0x22])
        #expect(try await commit([], [.put(target, bytes)]))
        #expect(try await store.get(target) == bytes)
        #expect(try await commit([.value(target, bytes + [0])], []) == false)
        #expect(try await commit([.value(key("nothing"), Data())], []) == false)
        #expect(try await commit([.present(target), .absent(key("nothing"))], []))
        #expect(try await commit([.value(target, bytes), .present(target)], [.delete(target)]))
        #expect(try await store.get(target) == nil)
        #expect(try await commit([.present(target)], []) == false)
        #expect(try await commit([], [.delete(target)]))
    }

    func listsExactlyThePrefixInOrder() async throws {
        let names = ["list/b", "list/a", "list/a/ü ?%\"", "list0", "lis", "list/"]
        for name in names { #expect(try await commit([], [.put(key(name), Data(name.utf8))])) }
        let listing = try await store.list(key("list/"))
        #expect(listing.entries.map(\.key) == ["list/", "list/a", "list/a/ü ?%\"", "list/b"].map(key))
        #expect(listing.entries.map(\.value) == ["list/", "list/a", "list/a/ü ?%\"", "list/b"].map { Data($0.utf8) })
    }

    func ofTwoRacingCommitsExactlyOneWins() async throws {
        for round in 0..<20 {
            let target = key("race/\(round)")
            #expect(try await commit([], [.put(target, Data("running".utf8))]))
            let words = ["committed", "aborted"]
            let winners = try await withThrowingTaskGroup(of: String?.self) { group in
                for word in words {
                    group.addTask {
                        let won = try await commit(
                            [.value(target, Data("running".utf8))],
                            [.put(target, Data(word.utf8))]
                        )
                        return won ? word : nil
                    }
                }
                return try await group.reduce(into: [String]()) { winners, word in
                    if let word { winners.append(word) }
                }
            }
            let winner = try #require(winners.first)
            #expect(winners.count == 1)
            #expect(try await store.get(target) == Data(winner.utf8))
        }
    }

    func watchDeliversEveryChangeAfterTheListing() async throws {
        let prefix = key("watch/")
        let (first, second) = (key("watch/first"), key("watch/second"))
        #expect(try await commit([], [.put(first, Data("old".utf8))]))
        let listing = try await store.list(prefix)
        #expect(try await commit([], [.put(first, Data("1".utf8))]))
        #expect(try await commit([], [.put(key("elsewhere"), Data())]))

        let changes = store.watch(prefix, after: listing.revision)
        async let collected = collect(4, from: changes)
        #expect(try await commit([], [.put(second, Data("2".utf8))]))
        #expect(try await commit([], [.delete(first)]))
        #expect(try await commit([], [.put(second, Data("3".utf8))]))
        #expect(
            try await collected == [
                .put(StoreEntry(key: first, value: Data("1".utf8))),
                .put(StoreEntry(key: second, value: Data("2".utf8))),
                .deleted(first),
                .put(StoreEntry(key: second, value: Data("3".utf8))),
            ]
        )
    }

    func transactionsBeyondTheBoundsAreRefused() async throws {
        let target = key("bounds")
        let twice: [StoreTransaction.Write] = [.put(target, Data()), .delete(target)]
        let many = (0...StoreTransaction.maximumOperations).map {
            StoreTransaction.Write.put(key("many/\($0)"), Data())
        }
        let large: [StoreTransaction.Write] = [.put(target, Data(count: StoreTransaction.maximumBytes))]
        for writes in [twice, many, large] {
            let error = try await #require(throws: PloyzError.self) {
                try await store.commit(StoreTransaction(conditions: [], writes: writes))
            }
            #expect(error.code == .storeRefused)
        }
        #expect(try await store.list(key("many/")).entries.isEmpty)
        let most = (0..<StoreTransaction.maximumOperations).map {
            StoreTransaction.Write.put(key("most/\($0)"), Data())
        }
        #expect(try await store.commit(StoreTransaction(conditions: [], writes: most)))
        #expect(try await commit([], [.put(target, Data(count: StoreTransaction.maximumBytes - 1000))]))
    }

    private func put(_ key: StoreKey) -> StoreTransaction.Write { .put(key, Data()) }

    private func commit(
        _ conditions: [StoreTransaction.Condition],
        _ writes: [StoreTransaction.Write]
    ) async throws -> Bool {
        try await store.commit(StoreTransaction(conditions: conditions, writes: writes))
    }
}

/// The first `count` changes of a watch.
func collect(
    _ count: Int,
    from changes: AsyncThrowingStream<[StoreChange], any Error>
) async throws -> [StoreChange] {
    var collected: [StoreChange] = []
    for try await batch in changes {
        collected += batch
        if collected.count >= count { break }
    }
    return collected
}
