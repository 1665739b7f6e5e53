import PloyzMigration
import PloyzModel
import Synchronization

/// What one schedule showed.
package struct ScheduleReport: Sendable {
    package let schedule: Schedule
    /// Each begins with the invariant that was broken.
    package let violations: [String]
    /// Every call that was made, in order, the struck ones included.
    package let calls: [SeamCall]
    /// Strikes whose call was made.
    package let struck: [SeamCall]
    /// How each command ended, in words.
    package let endings: [String]
    package let trace: [String]
}

/// Runs one schedule: the operator's command under faults, then recovery, then the same command until it has done its
/// work, with observers at every step.
package final class ScheduleRun: Sendable {
    private let schedule: Schedule
    private let scenario: Scenario
    private let cluster: SimulatedCluster
    private let stage: Stage
    private let endings = Mutex<[String]>([])
    private let meddled = Mutex(false)
    private static let editedQuota = Capacity(bytes: 4 << 30)

    /// No command may take longer than this: every call has a limit, and every retry an end.
    private static let limit = Duration.seconds(3000)

    /// - Returns: nil when there is no such scenario.
    package static func report(of schedule: Schedule, isTraced: Bool = false) -> ScheduleReport? {
        guard let scenario = Scenario.named(schedule.scenario) else { return nil }
        do {
            let (original, stage) = try ArrangedScenarios.shared.arranged(scenario)
            let cluster = try SimulatedCluster(machines: 2, keepsParts: true)
            cluster.copy(from: original)
            if isTraced { cluster.faults.trace.turnOn() }
            return try cluster.run {
                let run = ScheduleRun(schedule, scenario, cluster, stage)
                return await run.report()
            }
        } catch {
            return ScheduleReport(
                schedule: schedule,
                violations: ["I4: the run did not end: \(error)"],
                calls: [],
                struck: [],
                endings: [],
                trace: []
            )
        }
    }

    private init(_ schedule: Schedule, _ scenario: Scenario, _ cluster: SimulatedCluster, _ stage: Stage) {
        self.schedule = schedule
        self.scenario = scenario
        self.cluster = cluster
        self.stage = stage
    }

    private func report() async -> ScheduleReport {
        cluster.faults.restart()
        for strike in schedule.strikes { cluster.faults.strike(strike.call, with: strike.fault) }
        let foreign = stage.foreignThings(in: cluster)
        cluster.startDaemons()
        cluster.time.spawn { await self.write() }
        var problems = await command(foreign)
        problems = Array((cluster.ledger.violations + problems).prefix(12))
        let faults = cluster.faults
        let report = ScheduleReport(
            schedule: schedule,
            violations: problems,
            calls: faults.calls,
            struck: faults.struck,
            endings: endings.withLock { $0 },
            trace: faults.trace.lines
        )
        cluster.stopDaemons()
        // What was sent late, and what a dead daemon still had to unwind.
        try? await cluster.time.sleep(for: .seconds(4000))
        return report
    }

    /// A client that writes all the time, quickly while the move is new.
    private func write() async {
        let began = cluster.time.now
        while cluster.machines.contains(where: { $0.daemon != nil }) {
            cluster.writeOnce(to: stage.instance)
            let isNew = cluster.time.now - began < .seconds(5)
            try? await cluster.time.sleep(for: isNew ? .milliseconds(100) : .seconds(7))
        }
    }

    // MARK: The operator

    private enum Ending: Sendable {
        case ended(MigrationResult)
        case refused(PloyzError)
        case attached
        /// Nobody answered, or the answer never came.
        case lost
    }

    /// Gives the command, waits until all is quiet, and gives it again until it has nothing to do.
    private func command(_ foreign: [String]) async -> [String] {
        var problems: [String] = []
        for attempt in 1...6 {
            let isFirst = attempt == 1
            let ending = await apply(isFirst: isFirst)
            problems += judge(ending)
            guard await settle() else {
                return problems + ["I4: something was still under way after \(Self.limit)"] + inspect(foreign, false)
            }
            problems += judgePlace(ending) + judgeEdit()
            let isThere = placedOnTarget
            problems += inspect(foreign, isThere)
            guard problems.isEmpty else { return problems }
            if case .ended(let result) = ending, result.outcome == .alreadyThere { return [] }
        }
        return ["I5: the command does not get its work done: \(endings.withLock { $0.suffix(2) })"]
    }

    private func apply(isFirst: Bool) async -> Ending {
        let isTwice = isFirst && scenario.isTwice
        let ending = await withTaskGroup(of: (Int, Ending).self) { group in
            group.addTask { (1, await self.applyOnce(cancels: isFirst ? self.scenario.cancels : nil)) }
            if isTwice {
                group.addTask {
                    try? await self.cluster.time.sleep(for: .milliseconds(20))
                    return (2, await self.applyOnce(cancels: nil))
                }
            }
            var first = Ending.lost
            for await (number, ending) in group where number == 1 { first = ending }
            return first
        }
        endings.withLock { $0.append(Self.describe(ending)) }
        cluster.faults.trace.note("operator: \(Self.describe(ending))")
        return ending
    }

    private func applyOnce(cancels phase: MigrationPhase?) async -> Ending {
        do {
            var request = MigrationRequest(service: try scenario.service, target: stage.target, requester: "test")
            request.maxDowntime = scenario.maxDowntime
            let picture = try await ClusterPicture.read(from: cluster.store)
            let owner = try MigrationEngine.coordinator(of: request, in: picture)
            guard let daemon = cluster.machines.first(where: { $0.id == owner })?.daemon else { return .lost }
            return try await withThrowingTaskGroup(of: Ending.self) { group in
                group.addTask { [self, request] in
                    try await daemon.serve("apply") { await self.serve(request, daemon, cancels: phase) }
                }
                group.addTask {
                    // An operator's command notices that its daemon is gone, also when it went without a word.
                    while !daemon.isDead { try await self.cluster.time.sleep(for: .seconds(10)) }
                    return .lost
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .lost
            }
        } catch {
            return .lost
        }
    }

    /// The daemon's part of the command.
    private func serve(
        _ request: MigrationRequest,
        _ daemon: SimulatedDaemon,
        cancels phase: MigrationPhase?
    ) async -> Ending {
        do {
            switch try await daemon.engine.admit(request) {
            case .alreadyThere(let result): return .ended(result)
            case .attached: return .attached
            case .started(let entry):
                let signal = CancelSignal()
                let operation = entry.record.id
                daemon.signals.withLock { $0[operation] = signal }
                defer { daemon.signals.withLock { _ = $0.removeValue(forKey: operation) } }
                let result = try await daemon.engine.run(entry, cancelSignal: signal) { [self] event in
                    if case .workloadStopped = event.content { meddle() }
                    guard let phase, case .phaseChanged(phase) = event.content else { return }
                    after(.milliseconds(120)) { signal.cancel() }
                }
                return .ended(result)
            }
        } catch let error as PloyzError {
            return .refused(error)
        } catch {
            return .lost
        }
    }

    private func after(_ delay: Duration, _ body: @escaping @Sendable () async -> Void) {
        cluster.time.spawn { [time = cluster.time] in
            try? await time.sleep(for: delay)
            await body()
        }
    }

    /// What the scenario has others do while the workload is stopped, the first time that it is.
    private func meddle() {
        guard scenario.isEdited || scenario.isLeaky, let volume = stage.volumes.first,
            meddled.withLock({ isDone in
                defer { isDone = true }
                return !isDone
            })
        else { return }
        if scenario.isLeaky {
            // After the last snapshot, before anybody asks what was written since.
            after(.milliseconds(25)) { [cluster, stage] in
                let write = VolumeWrite(number: cluster.ledger.nextWrite(), bytes: 512)
                cluster[1].volumes.leak(write, to: volume)
                let now = cluster.time.now
                cluster.ledger.acknowledge(write.number, by: stage.instance, to: Set(stage.volumes), at: now)
            }
        } else {
            after(.milliseconds(5)) { [cluster] in
                guard let data = cluster.store.value(at: .volume(volume)),
                    var record = try? JSON.decode(VolumeRecord.self, from: data)
                else { return }
                record.spec.quota = Self.editedQuota
                _ = try? await cluster.store.commit(
                    StoreTransaction(conditions: [.value(.volume(volume), data)], writes: [try .put(record)])
                )
            }
        }
    }

    /// What somebody else wrote to the volume's record is still in it.
    private func judgeEdit() -> [String] {
        guard scenario.isEdited, meddled.withLock({ $0 }), let volume = stage.volumes.first,
            let record = cluster.store.value(at: .volume(volume)).flatMap({
                try? JSON.decode(VolumeRecord.self, from: $0)
            }), record.spec.quota != Self.editedQuota
        else { return [] }
        return ["I3: what somebody else wrote to the record of \(volume) is lost"]
    }

    /// Waits until nothing is under way; false when that takes too long.
    private func settle() async -> Bool {
        let began = cluster.time.now
        while cluster.time.now - began < Self.limit {
            if isQuiet {
                // Once around for the keepers of workloads.
                try? await cluster.time.sleep(for: .seconds(10))
                if isQuiet { return true }
            }
            try? await cluster.time.sleep(for: .seconds(2))
        }
        return false
    }

    private var isQuiet: Bool {
        cluster.faults.isQuiet && cluster.network.isWhole
            && cluster.machines.allSatisfy { machine in
                guard let daemon = machine.daemon else { return false }
                return !daemon.isDead && machine.pause == .zero && machine.journal.open.isEmpty
                    && daemon.signals.withLock { $0.isEmpty } && daemon.keeps.withLock { $0 }
            }
    }

    // MARK: Judgement

    private func inspect(_ foreign: [String], _ isFinal: Bool) -> [String] {
        Inspection.problems(cluster, stage, foreign: foreign, isFinal: isFinal)
    }

    private var placedOnTarget: Bool {
        let record = cluster.store.value(at: .instance(stage.instance))
        return record.flatMap { try? JSON.decode(InstanceRecord.self, from: $0) }?.machine == stage.target
    }

    /// Whether what was said is true.
    private func judgePlace(_ ending: Ending) -> [String] {
        guard case .ended(let result) = ending else { return [] }
        switch result.outcome {
        case .migrated, .cleanupPending, .alreadyThere:
            return placedOnTarget ? [] : ["I6: said \(result.outcome.rawValue), and it is not on the target"]
        case .failed, .cancelled:
            // Of two commands the other may have moved it.
            let decision = result.record.flatMap { cluster.store.value(at: .decision($0.id)) }
            if scenario.isTwice, decision == Decision.aborted.value { return [] }
            return placedOnTarget ? ["I6: said \(result.outcome.rawValue), and it is on the target"] : []
        case .unknown: return []
        }
    }

    /// Whether an error says what a person needs.
    private func judge(_ ending: Ending) -> [String] {
        switch ending {
        case .refused(let error): Self.lacks(error)
        case .ended(let result):
            result.error.map { Self.lacks($0) }
                ?? (result.exitCode == 1 || result.exitCode == 5 ? ["I6: failed without an error"] : [])
        case .attached, .lost: []
        }
    }

    private static func lacks(_ error: PloyzError) -> [String] {
        var found: [String] = []
        if error.code.text.isEmpty || error.message.isEmpty { found.append("I6: an error without cause") }
        if error.state == nil { found.append("I6: the error '\(error)' does not say what is left") }
        if error.next == nil { found.append("I6: the error '\(error)' does not say what to do") }
        return found
    }

    private static func describe(_ ending: Ending) -> String {
        switch ending {
        case .ended(let result): "\(result.outcome.rawValue)\(result.error.map { " (\($0))" } ?? "")"
        case .refused(let error): "refused (\(error))"
        case .attached: "attached"
        case .lost: "lost"
        }
    }
}
