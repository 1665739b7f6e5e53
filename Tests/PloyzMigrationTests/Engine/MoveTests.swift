import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

@Suite struct MoveTests {
    static let volumes: [(String, ByteCount)] = [("data", .mebibytes(256)), ("log", .mebibytes(1))]

    @Test func aMoveUnderWritesLosesNothingAndTheWorkloadRunsOnTheTarget() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: Self.volumes, on: cluster[1])
            let (result, events) = try await cluster.writing(to: redis) {
                let moved = try await cluster.migrate("shop/redis", to: 2)
                try await cluster.time.sleep(for: .milliseconds(50))
                return moved
            }
            #expect(result.outcome == .migrated, "\(String(describing: result.error))")
            #expect(result.exitCode == 0)
            try await cluster.settleDown()
            #expect(try await cluster.problems() == [])
            #expect(cluster[2].containers.isRunning(redis))
            #expect(cluster.ledger.acknowledged(by: redis).count > 100)

            let record = try #require(result.record)
            let downtime = try #require(record.downtime)
            #expect(downtime < .milliseconds(600))
            #expect(record.measured.total <= downtime)
            for part in DowntimePart.allCases { #expect(record.measured[part] != nil, "\(part) was not measured") }
            let gap = cluster.ledger.longestGap(of: redis)
            #expect(gap < downtime.duration + .milliseconds(20), "a client waited \(gap)")

            guard case .started = try #require(events.first).content, case .finished = try #require(events.last).content
            else {
                Issue.record("events neither begin with started nor end with finished")
                return
            }
            #expect(events.map(\.number) == Array(1...events.count))
        }
    }

    @Test func theDowntimeDoesNotGrowWithTheVolume() throws {
        let downtimes = try [ByteCount.mebibytes(64), .mebibytes(512), .mebibytes(2048)].map { size in
            let cluster = try SimulatedCluster()
            return try cluster.run {
                try await cluster.join()
                let redis = try await cluster.deploy("shop/redis", volumes: [("data", size)], on: cluster[1])
                let (result, _) = try await cluster.writing(to: redis) {
                    try await cluster.migrate("shop/redis", to: 2)
                }
                return try #require(result.record?.downtime)
            }
        }
        let least = try #require(downtimes.min())
        let most = try #require(downtimes.max())
        #expect(Double(most.count) < Double(least.count) * 1.2, "\(downtimes)")
    }

    @Test func theWayBackSendsOnlyWhatChanged() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: Self.volumes, on: cluster[1])
            try await cluster.writing(to: redis) {
                let there = try await cluster.migrate("shop/redis", to: 2).result
                try await cluster.settleDown()
                let back = try await cluster.migrate("shop/redis", to: 1).result
                try await cluster.settleDown()
                #expect(back.outcome == .migrated)
                let sent = try #require(back.record?.totalBytes)
                let first = try #require(there.record?.totalBytes)
                #expect(sent.bytes * 20 < first.bytes, "\(sent) against \(first)")
            }
            #expect(try await cluster.problems() == [])
        }
    }

    @Test func aCircleOverThreeMachinesStaysIncremental() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: Self.volumes, on: cluster[1])
            try await cluster.writing(to: redis) {
                var sent: [ByteCount] = []
                for target in [2, 3, 1, 2, 3, 1, 3, 2, 1] {
                    let result = try await cluster.migrate("shop/redis", to: target).result
                    try #require(result.outcome == .migrated, "to m\(target): \(String(describing: result.error))")
                    sent.append(try #require(result.record?.totalBytes))
                    try await cluster.settleDown()
                }
                // The first visit of a machine is a full copy, every later one a delta.
                for bytes in sent.dropFirst(2) { #expect(bytes.bytes * 20 < sent[0].bytes, "\(sent)") }
            }
            #expect(try await cluster.problems() == [])
        }
    }

    @Test func theSourceKeepsAFencedCopyAndNothingElse() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: [("data", .mebibytes(8))], on: cluster[1])
            let data = try VolumeRef("shop/data")
            try cluster[1].volumes.addForeignSnapshot("nightly", of: data)
            _ = try await cluster.migrate("shop/redis", to: 2)
            try await cluster.settleDown()
            let kept = try #require(cluster[1].volumes[data])
            #expect(kept.stamp == DatasetStamp(volume: data, owner: cluster[1].id, epoch: .first, state: .previous))
            #expect(!kept.isMounted)
            #expect(kept.snapshots.map(\.snapshot.name.isOurs) == [false, true])
            #expect(kept.snapshots.last?.holds == [.previous])
            let live = try #require(cluster[2].volumes[data])
            #expect(live.snapshots.map(\.snapshot.guid) == kept.snapshots.map(\.snapshot.guid), "a user's moves too")
            #expect(try await cluster[1].containers.containers().isEmpty)
            #expect(cluster[1].network.link(redis) == nil)
            for machine in cluster.machines {
                #expect(machine.claims.holder(of: redis) == nil)
                #expect(try await machine.seams.journal.operations().isEmpty)
            }
            let record = try #require(try await cluster.store.record(VolumeRecord.self, at: .volume(data)))
            #expect(record.owner == cluster[2].id)
            #expect(record.epoch == Epoch.first.next)
            #expect(record.previousCopies.map(\.machine) == [cluster[1].id])
        }
    }

    /// Tools that take snapshots destroy old ones too, also between the plan and the hold.
    @Test func aUsersSnapshotThatIsDestroyedMeanwhileIsLeftBehind() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: [("data", .mebibytes(8))], on: cluster[1])
            let data = try VolumeRef("shop/data")
            for name in ["hourly", "daily"] { try cluster[1].volumes.addForeignSnapshot(name, of: data) }
            cluster[1].volumes.prune("hourly")
            let (result, events) = try await cluster.migrate("shop/redis", to: 2)
            #expect(result.outcome == .migrated, "\(String(describing: result.error))")
            let notes = events.compactMap { if case .note(let text) = $0.content { text } else { nil } }
            #expect(notes.contains { $0.hasPrefix("shop/data@hourly does not come along") })
            try await cluster.settleDown()
            #expect(try await cluster.problems() == [])
            #expect(cluster[2].containers.isRunning(redis))
            for machine in [cluster[1], cluster[2]] {
                let users = try #require(machine.volumes[data]).snapshots.filter { !$0.snapshot.name.isOurs }
                #expect(users.map(\.snapshot.name.text) == ["daily"])
                #expect(!users.contains { !$0.holds.isEmpty })
            }
        }
    }

    @Test(arguments: [(2, MigrationOutcome.migrated), (3, .failed)])
    func aSnapshotOfOursThatIsDestroyedBeforeItIsHeldIsTakenAnew(times: Int, outcome: MigrationOutcome) throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: [("data", .mebibytes(8))], on: cluster[1])
            cluster[1].volumes.pruneNext(times)
            let (result, _) = try await cluster.writing(to: redis) { try await cluster.migrate("shop/redis", to: 2) }
            #expect(result.outcome == outcome, "\(String(describing: result.error))")
            #expect(result.error?.code == (outcome == .failed ? .snapshotGone : nil))
            try await cluster.settleDown()
            #expect(try await cluster.problems() == [])
        }
    }

    @Test func aLastSnapshotThatIsNotHeldAndThenDestroyedEndsNeitherTheMoveNorItsCleanup() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: [("data", .mebibytes(8))], on: cluster[1])
            let data = try VolumeRef("shop/data")
            cluster[1].volumes.missHold("-last")
            let (result, events) = try await cluster.migrate("shop/redis", to: 2)
            #expect(result.outcome == .migrated, "\(String(describing: result.error))")
            try await cluster.settleDown()
            #expect(try await cluster.problems() == [])
            #expect(cluster[2].containers.isRunning(redis))
            #expect(try await cluster[1].seams.journal.operations().isEmpty)
            let kept = try #require(cluster[1].volumes[data])
            #expect(kept.stamp?.state == .previous)
            #expect(!kept.snapshots.contains { $0.snapshot.name.text.hasSuffix("-last") })
            let notes = events.compactMap { if case .note(let text) = $0.content { text } else { nil } }
            #expect(notes.contains { $0.hasPrefix("somebody has destroyed shop/data@ployz-") })
        }
    }

    @Test func servicesThatShareAVolumeMoveTogether() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let uploads: [(String, ByteCount)] = [("uploads", .mebibytes(16))]
            let web = try await cluster.deploy("shop/web", volumes: uploads, on: cluster[1])
            let worker = try await cluster.deploy("shop/worker", volumes: uploads, on: cluster[1])
            let request = MigrationRequest(service: web.service, target: cluster[2].id, requester: "test")
            guard case .move(let plan) = try await cluster.engine(on: cluster[1]).plan(request) else {
                Issue.record("not planned as a move")
                return
            }
            #expect(plan.notes == ["shop/worker moves too: it shares the volume shop/uploads"])
            let result = try await cluster.writing(to: worker) { try await cluster.migrate("shop/web", to: 2).result }
            #expect(result.outcome == .migrated)
            try await cluster.settleDown()
            #expect(cluster[2].containers.isRunning(web))
            #expect(cluster[2].containers.isRunning(worker))
            #expect(try await cluster.problems() == [])
        }
    }

    @Test func aServiceWithoutVolumesStartsOnTheTargetFirst() throws {
        let cluster = try SimulatedCluster(withoutStorage: ["m2"])
        try cluster.run {
            try await cluster.join()
            let web = try await cluster.deploy("shop/web", on: cluster[1])
            let (result, _) = try await cluster.writing(to: web) {
                let moved = try await cluster.migrate("shop/web", to: 2)
                try await cluster.time.sleep(for: .milliseconds(50))
                return moved
            }
            #expect(result.outcome == .migrated, "\(String(describing: result.error))")
            #expect(result.record?.downtime == .zero)
            #expect(cluster.ledger.longestGap(of: web) < .milliseconds(10))
            try await cluster.settleDown()
            #expect(cluster[2].containers.isRunning(web))
            #expect(try await cluster.problems() == [])
        }
    }

    @Test func anImageThatTheTargetLacksIsSent() throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            try await cluster.deploy("shop/web", on: cluster[1])
            let first = try await cluster.migrate("shop/web", to: 2)
            #expect(first.result.record?.plan.images.map(\.id) == ["sha256:redis"])
            #expect(first.result.record?.totalBytes == .mebibytes(4))
            try await cluster.settleDown()
            let back = try await cluster.migrate("shop/web", to: 1)
            #expect(back.result.record?.plan.images == [])
        }
    }

    @Test func theSameRunHappensTheSameWayTwice() throws {
        let runs = try (1...2).map { _ in
            let cluster = try SimulatedCluster()
            return try cluster.run {
                try await cluster.join()
                let redis = try await cluster.deploy("shop/redis", volumes: Self.volumes, on: cluster[1])
                let events = try await cluster.writing(to: redis) {
                    try await cluster.migrate("shop/redis", to: 2).events
                }
                return (events.map { "\($0.elapsed) \($0.content)" }, cluster.faults.calls)
            }
        }
        #expect(runs[0].0 == runs[1].0)
        #expect(runs[0].1 == runs[1].1)
    }
}
