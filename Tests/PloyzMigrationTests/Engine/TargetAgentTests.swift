import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

/// The target refuses what comes late, and ends what nobody asks about.
@Suite struct TargetAgentTests {
    private struct Prepared: Sendable {
        let cluster: SimulatedCluster
        let entry: OwnerEntry
        var agent: TargetAgent { cluster[2].agent }
        var id: AttemptID { entry.record.attemptID }
        var unit: MigrationUnit { entry.record.plan.unit }
        var request: PrepareRequest {
            PrepareRequest(id: id, source: cluster[1].id, unit: unit, bases: [:])
        }
    }

    /// A service without volumes whose migration is announced and not run.
    private func announced(_ body: @escaping @Sendable (Prepared) async throws -> Void) throws {
        let cluster = try SimulatedCluster(machines: 2)
        try cluster.run {
            try await cluster.join()
            let web = try await cluster.deploy("shop/web", on: cluster[1])
            cluster[2].containers.addImage("sha256:redis")
            let request = MigrationRequest(service: web.service, target: cluster[2].id, requester: "test")
            guard case .started(let entry) = try await cluster.engine(on: cluster[1]).admit(request) else {
                throw CancellationError()
            }
            try await body(Prepared(cluster: cluster, entry: entry))
        }
    }

    @Test func aDiscardOfAnUnknownAttemptIsRememberedForEver() throws {
        try announced { prepared in
            try await prepared.agent.discard(DiscardRequest(id: prepared.id))
            // The daemon begins anew: the tombstone is durable.
            prepared.cluster[2].restartAgent()
            let error = await #expect(throws: PloyzError.self) { try await prepared.agent.prepare(prepared.request) }
            #expect(error?.code == .discarded)
        }
    }

    @Test func aStartThatArrivesAfterTheDiscardStartsNothing() throws {
        try announced { prepared in
            try await prepared.agent.prepare(prepared.request)
            try await prepared.agent.discard(DiscardRequest(id: prepared.id))
            let late = StartRequest(id: prepared.id, snapshots: [:])
            let error = await #expect(throws: PloyzError.self) { try await prepared.agent.start(late) }
            #expect(error?.code == .discarded)
            #expect(try await prepared.cluster[2].containers.containers().isEmpty)
        }
    }

    @Test func aStartThatWasNotPreparedIsRefused() throws {
        try announced { prepared in
            let start = StartRequest(id: prepared.id, snapshots: [:])
            let error = await #expect(throws: PloyzError.self) { try await prepared.agent.start(start) }
            #expect(error?.code == .notPrepared)
        }
    }

    @Test func aDiscardEndsAStartThatIsUnderWay() throws {
        try announced { prepared in
            prepared.cluster[2].network.setNeverReady(true)
            try await prepared.agent.prepare(prepared.request)
            let time = prepared.cluster.time
            let began = time.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let start = StartRequest(id: prepared.id, snapshots: [:])
                    let error = await #expect(throws: PloyzError.self) { try await prepared.agent.start(start) }
                    #expect(error?.code == .discarded)
                }
                group.addTask {
                    try await time.sleep(for: .seconds(1))
                    try await prepared.agent.discard(DiscardRequest(id: prepared.id))
                }
                try await group.waitForAll()
            }
            #expect(time.now - began < .seconds(3), "the discard waited for a probe that never succeeds")
            #expect(try await prepared.cluster[2].containers.containers().isEmpty)
        }
    }

    @Test func aSettleWithoutACommitUnsealsNothing() throws {
        try announced { prepared in
            try await prepared.agent.prepare(prepared.request)
            _ = try await prepared.agent.start(StartRequest(id: prepared.id, snapshots: [:]))
            let error = await #expect(throws: PloyzError.self) {
                try await prepared.agent.settle(SettleRequest(id: prepared.id))
            }
            #expect(error?.code == .notCommitted)
            #expect(prepared.cluster[2].network.link(prepared.entry.record.instance) == .sealed)
        }
    }

    @Test func aCandidateThatNobodyAsksAboutIsStoppedAndCannotBeCommitted() throws {
        try announced { prepared in
            let web = prepared.entry.record.instance
            try await prepared.agent.prepare(prepared.request)
            _ = try await prepared.agent.start(StartRequest(id: prepared.id, snapshots: [:]))
            await prepared.agent.tend()
            #expect(prepared.cluster[2].containers.isRunning(web))
            try await prepared.cluster.time.sleep(for: .seconds(301))
            await prepared.agent.tend()
            #expect(!prepared.cluster[2].containers.isRunning(web))
            #expect(try await prepared.cluster.store.get(.candidate(prepared.id.operation)) == nil)
        }
    }

    @Test func aTargetThatMissedTheSettleTakesOverByItself() throws {
        try announced { prepared in
            let web = prepared.entry.record.instance
            try await prepared.agent.prepare(prepared.request)
            _ = try await prepared.agent.start(StartRequest(id: prepared.id, snapshots: [:]))
            let decision = StoreKey.decision(prepared.id.operation)
            let write = StoreTransaction.Write.put(decision, Decision.committed.value)
            _ = try await prepared.cluster.store.commit(StoreTransaction(conditions: [], writes: [write]))
            prepared.cluster[2].restartAgent()
            await prepared.agent.tend()
            #expect(prepared.cluster[2].network.link(web) == .open)
        }
    }

    @Test func aSettleOfWhatWasTakenOverAndForgottenIsDone() throws {
        try announced { prepared in
            try await prepared.agent.prepare(prepared.request)
            _ = try await prepared.agent.start(StartRequest(id: prepared.id, snapshots: [:]))
            let decision = StoreKey.decision(prepared.id.operation)
            let write = StoreTransaction.Write.put(decision, Decision.committed.value)
            _ = try await prepared.cluster.store.commit(StoreTransaction(conditions: [], writes: [write]))
            // It takes over by itself, then tidies up and forgets: the owner's word comes after that.
            await prepared.agent.tend()
            await prepared.agent.tend()
            try await prepared.agent.settle(SettleRequest(id: prepared.id))
            #expect(prepared.cluster[2].network.link(prepared.entry.record.instance) == .open)
        }
    }
}
