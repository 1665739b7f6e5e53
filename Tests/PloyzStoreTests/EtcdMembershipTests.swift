import Crypto
import Foundation
import PloyzModel
import Testing

@testable import PloyzStore

/// The members and the snapshot of a real etcd, by its gateway.
@Suite("Members of an etcd", .enabled(if: EtcdFixture.isInstalled, "etcd is not installed"), .etcd)
struct EtcdMembershipTests {
    private func withStore(_ body: (EtcdClusterStore, EtcdFixture) async throws -> Void) async throws {
        let fixture = try #require(EtcdFixture.current)
        try await fixture.withStore { try await body($0, fixture) }
    }

    @Test func theFounderLeadsAndIsTheOnlyMember() async throws {
        try await withStore { store, fixture in
            let members = try await store.members()
            #expect(members.filter { !$0.isLearner }.map(\.name) == [fixture.member.machine.text])
            let status = try await store.status(of: fixture.member.endpoint)
            #expect(status.isLeader && status.isHealthy && !status.isLearner)
            #expect(status.id == members.first { !$0.isLearner }?.id)
        }
    }

    @Test func aLearnerThatNeverStartedIsListedNotPromotedAndRemoved() async throws {
        try await withStore { store, fixture in
            let place = StoreEndpoint(host: "::1", port: try freePort())
            // etcd refuses changes for five seconds after its start.
            let end = ContinuousClock.now + .seconds(15)
            while try await !store.members().contains(where: \.isLearner), ContinuousClock.now < end {
                do { try await store.addLearner(at: place) } catch { try await Task.sleep(for: .milliseconds(200)) }
            }
            let learner = try #require(try await store.members().first(where: \.isLearner))
            #expect(learner.isAt("::1", peerPort: place.port))
            #expect(learner.name.isEmpty)
            await #expect(throws: (any Error).self) { try await store.promoteMember(learner.id) }
            #expect(try await store.members().contains { $0.id == learner.id && $0.isLearner })
            try await store.removeMember(learner.id)
            #expect(try await !store.members().contains { $0.id == learner.id })
        }
    }

    @Test func aSnapshotEndsWithItsHash() async throws {
        try await withStore { store, _ in
            var bytes = Data()
            try await store.snapshot { bytes += $0 }
            #expect(bytes.count > SHA256.byteCount)
            #expect(Data(SHA256.hash(data: bytes.dropLast(SHA256.byteCount))) == bytes.suffix(SHA256.byteCount))
        }
    }
}
