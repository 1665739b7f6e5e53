import Foundation
import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct InMemoryClusterStoreTests {
    let store = InMemoryClusterStore()
    var contract: StoreContract { StoreContract(store: store, root: StoreKey("/test/")) }

    @Test func commitsAreAllOrNothing() async throws { try await contract.commitsAreAllOrNothing() }
    @Test func conditionsCompareBytes() async throws { try await contract.conditionsCompareBytes() }
    @Test func listsExactlyThePrefixInOrder() async throws { try await contract.listsExactlyThePrefixInOrder() }
    @Test func ofTwoRacingCommitsExactlyOneWins() async throws { try await contract.ofTwoRacingCommitsExactlyOneWins() }
    @Test func watchDeliversEveryChangeAfterTheListing() async throws {
        try await contract.watchDeliversEveryChangeAfterTheListing()
    }
    @Test func transactionsBeyondTheBoundsAreRefused() async throws {
        try await contract.transactionsBeyondTheBoundsAreRefused()
    }

    @Test func aWatchFromACompactedRevisionIsRefused() async throws {
        let revision = try await store.list(.root).revision
        #expect(try await store.commit(StoreTransaction(conditions: [], writes: [.put(.cluster, Data())])))
        store.compact()
        let error = await #expect(throws: PloyzError.self) {
            for try await _ in store.watch(.root, after: revision) {}
        }
        #expect(error?.code == .storeCompacted)
    }

    @Test func aCutWatchThrows() async throws {
        let changes = store.watch(.root, after: 0)
        store.disconnectWatches()
        let error = await #expect(throws: PloyzError.self) { for try await _ in changes {} }
        #expect(error?.code == .storeUnreachable)
    }
}
