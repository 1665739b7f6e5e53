import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

/// Streams that are cut off, between pools that keep what arrived.
@Suite struct PartTests {
    private static let size = ByteCount.mebibytes(1024)

    private func arranged(
        _ body: @escaping @Sendable (SimulatedCluster, InstanceRef) async throws -> Void
    ) throws {
        let cluster = try SimulatedCluster(keepsParts: true)
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: [("data", Self.size)], on: cluster[1])
            cluster.faults.restart()
            try await cluster.writing(to: redis) { try await body(cluster, redis) }
            try await cluster.settleDown()
            #expect(try await cluster.problems() == [])
        }
    }

    private func run(_ cluster: SimulatedCluster, _ redis: InstanceRef, _ log: EventLog) async throws -> MigrationResult
    {
        let request = MigrationRequest(
            service: redis.service,
            target: cluster[2].id,
            stallLimit: Span(milliseconds: 3000),
            requester: "test"
        )
        let engine = cluster.engine(on: cluster[1])
        guard case .started(let entry) = try await engine.admit(request) else { throw CancellationError() }
        return try await engine.run(entry, cancelSignal: CancelSignal()) { log.append($0) }
    }

    private func notes(_ log: EventLog) -> [String] {
        log.events.compactMap { if case .note(let text) = $0.content { text } else { nil } }
    }

    /// The link swallows everything for five seconds, from each of these moments on, in seconds.
    private func cut(_ cluster: SimulatedCluster, at moments: [Int]) {
        for moment in moments {
            cluster.time.spawn {
                try? await cluster.time.sleep(for: .seconds(moment))
                cluster.faults.cutOff(["m2"])
                try? await cluster.time.sleep(for: .seconds(5))
                cluster.faults.cutOff([])
            }
        }
    }

    @Test func aStreamGoesOnWhereItWasCutOffAndNothingIsSentTwice() throws {
        try arranged { cluster, redis in
            let log = EventLog()
            cut(cluster, at: [5])
            let result = try await run(cluster, redis, log)
            #expect(result.outcome == .migrated, "\(String(describing: result.error))")
            #expect(notes(log).contains { $0.contains("goes on where it was cut off") }, "\(notes(log))")
            let sent = try #require(result.record?.totalBytes)
            #expect(sent.bytes < Self.size.bytes * 11 / 10, "\(sent)")
            #expect(sent >= Self.size, "what the broken try had brought is counted too")
            #expect(cluster.ledger.longestGap(of: redis) < .seconds(1))
        }
    }

    @Test func triesThatBringTheStreamOnAreNoneTooMany() throws {
        try arranged { cluster, redis in
            let log = EventLog()
            // More often than a stream is tried again.
            cut(cluster, at: Array(stride(from: 2, through: 66, by: 8)))
            let result = try await run(cluster, redis, log)
            #expect(result.outcome == .migrated, "\(String(describing: result.error)) \(notes(log))")
            #expect(try #require(result.record?.totalBytes).bytes < Self.size.bytes * 11 / 10)
            #expect(notes(log).count { $0.contains("broke, try") } > 4, "\(notes(log))")
        }
    }

    @Test func theNextMigrationGoesOnWithAPartThatIsLeft() throws {
        try arranged { cluster, redis in
            cluster.time.spawn {
                try? await cluster.time.sleep(for: .seconds(6))
                cluster.faults.cutOff(["m2"])
            }
            let failed = try await run(cluster, redis, EventLog())
            #expect(failed.outcome == .failed)
            cluster.faults.cutOff([])
            try await cluster.settleDown()
            let request = MigrationRequest(service: redis.service, target: cluster[2].id, requester: "test")
            guard case .move(let plan) = try await cluster.engine(on: cluster[1]).plan(request) else {
                Issue.record("not planned as a move")
                return
            }
            let volume = try #require(plan.volumes.first)
            #expect(volume.resumes == true)
            #expect(volume.preCopy.bytes < Self.size)
            #expect(
                plan.notes.contains { $0.contains("goes on with a stream that was cut off: m2 has") },
                "\(plan.notes)"
            )
            #expect(!plan.warnings.contains { $0.contains("in full") })
            let log = EventLog()
            let again = try await run(cluster, redis, log)
            #expect(again.outcome == .migrated, "\(String(describing: again.error))")
            #expect(notes(log).contains { $0.contains("goes on where it was cut off") }, "\(notes(log))")
            #expect(try #require(again.record?.totalBytes).bytes < Self.size.bytes * 6 / 10)
        }
    }

    @Test func aPartOfASnapshotThatIsGoneIsThrownAway() throws {
        try arranged { cluster, redis in
            let data = try VolumeRef("shop/data")
            cluster.time.spawn {
                try? await cluster.time.sleep(for: .seconds(6))
                cluster.faults.cutOff(["m2"])
            }
            let failed = try await run(cluster, redis, EventLog())
            #expect(failed.outcome == .failed)
            cluster.faults.cutOff([])
            try await cluster.settleDown()
            var dataset = try #require(cluster[1].volumes[data])
            dataset.snapshots.removeAll { $0.snapshot.name.isOurs }
            cluster[1].volumes[data] = dataset
            let again = try await run(cluster, redis, EventLog())
            #expect(again.outcome == .migrated, "\(String(describing: again.error))")
            #expect(try #require(again.record?.totalBytes) >= Self.size)
        }
    }
}
