import PloyzMigration
import PloyzModel
import PloyzTestSupport
import Testing

/// What an interrupted migration costs, and what a store that is away, or an operator who cancels, does to one.
@Suite struct ResumeTests {
    private func arranged(
        _ body: @escaping @Sendable (SimulatedCluster, InstanceRef) async throws -> Void
    ) throws {
        let cluster = try SimulatedCluster()
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: [("data", .mebibytes(64))], on: cluster[1])
            cluster.faults.restart()
            try await cluster.writing(to: redis) { try await body(cluster, redis) }
            try await cluster.settleDown()
            #expect(try await cluster.problems() == [])
        }
    }

    private func run(
        _ cluster: SimulatedCluster,
        _ redis: InstanceRef,
        signal: CancelSignal = CancelSignal(),
        sink: @escaping EventSink = { _ in }
    ) async throws -> MigrationResult {
        let request = MigrationRequest(
            service: redis.service,
            target: cluster[2].id,
            stallLimit: Span(milliseconds: 3000),
            requester: "test"
        )
        let engine = cluster.engine(on: cluster[1])
        guard case .started(let entry) = try await engine.admit(request) else { throw CancellationError() }
        return try await engine.run(entry, cancelSignal: signal, sink: sink)
    }

    private static let ofStore: Set<String> = Set(
        ["m1", "m2"].flatMap { machine in ["get", "list", "commit"].map { "\(machine) store.\($0)" } }
    )

    @Test func aCutoverWaitsForAStoreThatIsAwayAndTheWorkloadRuns() throws {
        try arranged { cluster, redis in
            let log = EventLog()
            let result = try await run(cluster, redis) { event in
                log.append(event)
                guard case .roundDone(let round) = event.content, round.number == 2 else { return }
                cluster.faults.breakDown(Self.ofStore)
                cluster.time.spawn {
                    try? await cluster.time.sleep(for: .seconds(100))
                    cluster.faults.breakDown([])
                }
            }
            #expect(result.outcome == .migrated, "\(String(describing: result.error))")
            let notes = log.events.compactMap { event in
                if case .note(let text) = event.content { text } else { nil }
            }
            #expect(notes.contains { $0.contains("the store does not answer") }, "\(notes)")
            #expect(cluster.ledger.longestGap(of: redis) < .seconds(1), "the workload stopped while the store was away")
            // A round more than usual: what was written meanwhile is not left to the downtime.
            let record = try #require(result.record)
            #expect(record.rounds.filter { !$0.isLast }.count > 2)
        }
    }

    @Test func aStoreThatStaysAwayEndsTheMigrationAndNotTheWorkload() throws {
        try arranged { cluster, redis in
            let result = try await run(cluster, redis) { event in
                guard case .roundDone(let round) = event.content, round.number == 2 else { return }
                cluster.faults.breakDown(Self.ofStore)
            }
            #expect(result.outcome == .failed)
            #expect(result.error?.code == .storeUnreachable)
            #expect(cluster.ledger.longestGap(of: redis) < .seconds(1))
            cluster.faults.breakDown([])
        }
    }

    @Test func retriesThatRunOutLeaveWhatArrivedAndTheNextTryGoesOnFromThere() throws {
        try arranged { cluster, redis in
            let failed = try await run(cluster, redis) { event in
                // Once the first round has arrived, the link swallows everything.
                if case .roundDone(let round) = event.content, round.number == 1 { cluster.faults.cutOff(["m2"]) }
            }
            cluster.faults.cutOff([])
            #expect(failed.outcome == .failed)
            let first = try #require(failed.record?.rounds.first?.snapshot.name)
            #expect(
                failed.error?.state?.contains("m2 keeps shop/data@\(first)") == true,
                "\(String(describing: failed.error))"
            )
            try await cluster.settleDown()
            let request = MigrationRequest(service: redis.service, target: cluster[2].id, requester: "test")
            guard case .move(let plan) = try await cluster.engine(on: cluster[1]).plan(request) else {
                Issue.record("not planned as a move")
                return
            }
            let operation = try #require(failed.record?.id)
            #expect(plan.notes == ["shop/data goes on from round 1 of \(operation), which did not end well"])
            let again = try await run(cluster, redis)
            #expect(again.outcome == .migrated)
            #expect(try #require(again.record?.totalBytes) < .mebibytes(8))
        }
    }

    /// A resume token says fewer bytes after each try, wherever that one broke. The first token is progress, and three more
    /// tries are made.
    @Test(arguments: [(ErrorCode.failed, 5), (ErrorCode.recordsDiffer, 1)])
    func aStreamThatBreaksWhereItBrokeBeforeIsGivenUp(code: ErrorCode, tries: Int) throws {
        let cluster = try SimulatedCluster(machines: 2, keepsParts: true)
        try cluster.run {
            try await cluster.join()
            let redis = try await cluster.deploy("shop/redis", volumes: [("data", .mebibytes(64))], on: cluster[1])
            let data = try VolumeRef("shop/data")
            cluster[2].volumes.stumble(over: data, with: code)
            cluster.faults.restart()
            let failed = try await run(cluster, redis)
            #expect(failed.error?.code == code)
            let streams = cluster.faults.calls.filter { $0.name == "transfer.send" }
            #expect(streams.count == tries, "\(streams)")
            #expect(cluster[1].containers.isRunning(redis))
        }
    }

    @Test func aFirstCopyWhoseAnswerIsLostIsNotSentTwice() throws {
        try arranged { cluster, redis in
            let call = SeamCall(machine: "m1", name: "transfer.send", subject: "shop/data", number: 1)
            cluster.faults.strike(call, with: .answerLost)
            let result = try await run(cluster, redis)
            #expect(result.outcome == .migrated)
            #expect(cluster.faults.struck == [call])
            let streams = cluster.faults.calls.filter { $0.name == "transfer.send" }
            #expect(streams.count == 3, "\(streams)")
        }
    }

    @Test(arguments: [
        ("transfer.send", "shop/data", 1), ("containers.stopWorkload", "shop/redis/0", 1), ("peer.start", "m2", 1),
        ("transfer.send", "shop/data", 3), ("peer.prepare", "m2", 1),
    ])
    func aCancelEndsWhateverHangsBeforeTheCommit(_ name: String, _ subject: String, _ number: Int) throws {
        try arranged { cluster, redis in
            let call = SeamCall(machine: "m1", name: name, subject: subject, number: number)
            cluster.faults.strike(call, with: .hangs)
            let signal = CancelSignal()
            cluster.time.spawn {
                // Long after everything that does not hang, and before any limit.
                try? await cluster.time.sleep(for: .seconds(2))
                signal.cancel()
            }
            let began = cluster.time.now
            let result = try await run(cluster, redis, signal: signal)
            #expect(cluster.faults.struck == [call])
            #expect(result.outcome == .cancelled)
            #expect(cluster.time.now - began < .seconds(4), "the cancel waited for what hung")
            #expect(cluster[1].containers.isRunning(redis))
        }
    }
}
