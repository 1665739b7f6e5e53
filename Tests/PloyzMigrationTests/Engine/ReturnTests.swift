import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

/// What ends a migration before the commit, and what the ending looks like.
@Suite struct ReturnTests {
    static let volumes: [(String, ByteCount)] = [("data", .mebibytes(64))]

    private func arranged(
        _ body: @escaping @Sendable (SimulatedCluster, InstanceRef) async throws -> Void
    ) throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: Self.volumes, on: cluster[1])
            try await cluster.writing(to: redis) { try await body(cluster, redis) }
            try await cluster.settleDown()
            #expect(try await cluster.problems() == [])
        }
    }

    @Test func aServiceThatIsAlreadyThereIsLeftAlone() throws {
        try arranged { cluster, _ in
            let (result, events) = try await cluster.migrate("shop/redis", to: 1)
            #expect(result.outcome == .alreadyThere)
            #expect(result.exitCode == 0)
            #expect(result.message == "shop/redis/0 is already on m1")
            #expect(events.isEmpty)
            #expect(try await cluster.store.list(.operations).entries.isEmpty)
        }
    }

    @Test func aSecondRequestAttachesToTheFirst() throws {
        try arranged { cluster, redis in
            let engine = cluster.engine(on: cluster[1])
            let request = MigrationRequest(service: redis.service, target: cluster[2].id, requester: "test")
            guard case .started(let entry) = try await engine.admit(request) else {
                Issue.record("not started")
                return
            }
            guard case .attached(let operation) = try await engine.admit(request) else {
                Issue.record("not attached")
                return
            }
            #expect(operation == entry.record.id)
            #expect(try await engine.unfinished() == [], "an admitted operation was taken for an unfinished one")
            let result = try await engine.run(entry, cancelSignal: CancelSignal()) { _ in }
            #expect(result.outcome == .migrated)
        }
    }

    @Test func aDowntimeThatIsExpectedToBeTooLongIsRefusedBeforeTheStop() throws {
        try arranged { cluster, redis in
            let limit = Span(milliseconds: 50)
            let (result, events) = try await cluster.migrate("shop/redis", to: 2) { $0.maxDowntime = limit }
            #expect(result.outcome == .failed)
            #expect(result.exitCode == 1)
            #expect(result.error?.code == .overBudget)
            #expect(result.record?.downtime == nil)
            let hasStopped = events.contains { if case .workloadStopped = $0.content { true } else { false } }
            #expect(!hasStopped)
            #expect(cluster.ledger.longestGap(of: redis) < .milliseconds(10))
            let begun = try #require(cluster[2].volumes[VolumeRef("shop/data")])
            #expect(begun.snapshots.first?.holds == [.previous], "a pruner may take what the next try goes on from")
        }
    }

    @Test func aPartThatOverrunsTheBudgetTakesTheWorkloadBack() throws {
        try arranged { cluster, redis in
            _ = try await cluster.migrate("shop/redis", to: 2)
            try await cluster.settleDown()
            // History predicts about 300 ms. Then the target is never ready.
            cluster[1].network.setNeverReady(true)
            let limit = Span(milliseconds: 800)
            cluster.ledger.forgetGaps()
            let (result, _) = try await cluster.migrate("shop/redis", to: 1) { $0.maxDowntime = limit }
            #expect(result.error?.code == .budgetOverrun)
            #expect(cluster.ledger.longestGap(of: redis) < .milliseconds(1200))
            #expect(cluster[2].containers.isRunning(redis))
        }
    }

    @Test func aCandidateThatIsNeverReadyIsGivenUpAndTheNextTryIsIncremental() throws {
        try arranged { cluster, redis in
            cluster[2].network.setNeverReady(true)
            let (failed, _) = try await cluster.migrate("shop/redis", to: 2)
            #expect(failed.outcome == .failed)
            #expect(failed.error?.code == .notReady)
            let kept = try #require(failed.record?.rounds.last?.snapshot.name)
            #expect(
                failed.error?.state
                    == "shop/redis runs on m1 as before; m2 keeps shop/data@\(kept), from where the next try goes on"
            )
            #expect(failed.error?.next == "ployzctl migrate apply shop/redis --to m2")
            #expect(cluster[1].containers.isRunning(redis))
            #expect(!cluster[2].containers.isRunning(redis))
            try await cluster.settleDown()
            let copy = try #require(cluster[2].volumes[VolumeRef("shop/data")])
            #expect(copy.snapshots.last?.holds == [.previous], "a pruner may take what the next try goes on from")
            cluster[2].network.setNeverReady(false)
            let (again, _) = try await cluster.migrate("shop/redis", to: 2)
            #expect(again.outcome == .migrated)
            let sent = try #require(again.record?.totalBytes)
            #expect(sent < .mebibytes(4), "the second try sent \(sent)")
        }
    }

    @Test func aCopyThatATryLeftStaysAUsefulBaseForWhoeverOwnsTheVolumeNext() throws {
        try arranged { cluster, _ in
            cluster[2].network.setNeverReady(true)
            _ = try await cluster.migrate("shop/redis", to: 2)
            try await cluster.settleDown()
            cluster[2].network.setNeverReady(false)
            #expect(try await cluster.migrate("shop/redis", to: 3).result.outcome == .migrated)
            try await cluster.settleDown()
            let (result, _) = try await cluster.migrate("shop/redis", to: 2)
            #expect(result.outcome == .migrated)
            #expect(try #require(result.record?.totalBytes) < .mebibytes(4))
        }
    }

    @Test func aTargetThatIsCutOffDuringTheCutoverDoesNotKeepTheSourceWaiting() throws {
        try arranged { cluster, redis in
            let log = EventLog()
            let engine = cluster.engine(on: cluster[1])
            let limit = Span(milliseconds: 2000)
            let request = MigrationRequest(
                service: redis.service,
                target: cluster[2].id,
                maxDowntime: limit,
                requester: "test"
            )
            guard case .started(let entry) = try await engine.admit(request) else { throw CancellationError() }
            let result = try await engine.run(entry, cancelSignal: CancelSignal()) { event in
                log.append(event)
                if case .workloadStopped = event.content { cluster.faults.cutOff(["m2"]) }
            }
            #expect(result.outcome == .failed)
            #expect(result.record?.pending == ["discard the candidate on the target"])
            let returned = try #require(result.record?.downtime)
            #expect(returned < .milliseconds(2500))
            #expect(cluster[1].containers.isRunning(redis))
            cluster.faults.cutOff([])
        }
    }

    @Test func aStalledStreamIsFoundByWhatTheReceiverAcknowledged() throws {
        try arranged { cluster, redis in
            let engine = cluster.engine(on: cluster[1])
            let request = MigrationRequest(
                service: redis.service,
                target: cluster[2].id,
                stallLimit: Span(milliseconds: 3000),
                streamRetries: 0,
                requester: "test"
            )
            guard case .started(let entry) = try await engine.admit(request) else { throw CancellationError() }
            let result = try await engine.run(entry, cancelSignal: CancelSignal()) { event in
                if case .progress = event.content { cluster.faults.cutOff(["m2"]) }
            }
            #expect(result.error?.code == .transferStalled)
            cluster.faults.cutOff([])
        }
    }

    @Test(arguments: MigrationPhase.allCases)
    func cancelInAnyPhaseEndsInOnePlace(_ phase: MigrationPhase) throws {
        try arranged { cluster, redis in
            let engine = cluster.engine(on: cluster[1])
            let request = MigrationRequest(service: redis.service, target: cluster[2].id, requester: "test")
            guard case .started(let entry) = try await engine.admit(request) else { throw CancellationError() }
            let signal = CancelSignal()
            if phase == .plan { signal.cancel() }
            let result = try await engine.run(entry, cancelSignal: signal) { event in
                if case .phaseChanged(phase) = event.content { signal.cancel() }
            }
            let isBefore: Set<MigrationPhase> = [.plan, .prepare, .preCopy, .cutover]
            #expect(result.outcome == (isBefore.contains(phase) ? .cancelled : .migrated))
        }
    }

    @Test func aCommitWhoseAnswerIsLostIsDecidedByWriting() throws {
        try arranged { cluster, _ in
            // Nothing that m1 writes from the candidate's readiness on is answered, until the store comes back.
            let engine = cluster.engine(on: cluster[1])
            let request = MigrationRequest(
                service: try ServiceRef("shop/redis"),
                target: cluster[2].id,
                requester: "test"
            )
            guard case .started(let entry) = try await engine.admit(request) else { throw CancellationError() }
            let commit = SeamCall(
                machine: "m1",
                name: "store.commit",
                subject: "decisions/op1",
                number: 2
            )
            cluster.faults.strike(commit, with: .answerLost)
            let result = try await engine.run(entry, cancelSignal: CancelSignal()) { _ in }
            #expect(cluster.faults.struck == [commit])
            #expect(result.outcome == .migrated)
        }
    }

    @Test func aStoreThatIsGoneAtTheCommitTakesTheWorkloadBackAtOnce() throws {
        try arranged { cluster, redis in
            let engine = cluster.engine(on: cluster[1])
            let request = MigrationRequest(service: redis.service, target: cluster[2].id, requester: "test")
            guard case .started(let entry) = try await engine.admit(request) else { throw CancellationError() }
            let result = try await engine.run(entry, cancelSignal: CancelSignal()) { event in
                if case .candidateReady = event.content {
                    cluster.faults.breakDown(["m1 store.commit", "m1 store.get", "m1 store.list"])
                }
            }
            #expect(result.outcome == .failed)
            #expect(
                result.record?.pending == [
                    "let new connections from other machines go on to the source",
                    "write the end of the operation to the store",
                ]
            )
            #expect(cluster[1].containers.isRunning(redis))
            cluster.faults.breakDown([])
        }
    }
}
