import Foundation
import Logging
import PloyzMigration
import PloyzModel

/// Keeps running on this machine what the store places here, and nothing else.
///
/// It starts an instance only from a record that was read since this daemon started, whose epoch is not below the one
/// stamped on each of its datasets: a copy that lost its volume while this machine was away stays down. By a store that
/// is behind what it has shown before, nothing is started and nothing removed.
/// Instances that a migration has claimed are the migration's.
actor WorkloadController {
    private let machine: MachineID
    private let store: any ClusterStore
    private let mirror: ClusterMirror
    private let placements: LocalPlacements
    private let storeGuard: StoreGuard
    private let claims: InstanceClaims
    private let starter: InstanceStarter
    private let engine: any ContainerEngine
    private let timekeeper: any Timekeeper
    private let logger: Logger
    private var backoffs: [InstanceRef: RestartBackoff] = [:]
    private var reported: [InstanceRef: InstanceStatus] = [:]
    /// The workload container that was last found ready, or waited for in vain.
    private var ready: [InstanceRef: String] = [:]
    private var busy: Set<InstanceRef> = []

    init(
        machine: MachineID,
        store: any ClusterStore,
        mirror: ClusterMirror,
        placements: LocalPlacements,
        storeGuard: StoreGuard,
        claims: InstanceClaims,
        starter: InstanceStarter,
        engine: any ContainerEngine,
        timekeeper: any Timekeeper,
        logger: Logger
    ) {
        self.machine = machine
        self.store = store
        self.mirror = mirror
        self.placements = placements
        self.storeGuard = storeGuard
        self.claims = claims
        self.starter = starter
        self.engine = engine
        self.timekeeper = timekeeper
        self.logger = logger
    }

    /// Reconciles at every change of the records, at every event of a container and every 10 s, until cancelled.
    func run() async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // One that discards: a group that keeps what its tasks return keeps each task's memory too, for as long as the daemon runs.
        await withDiscardingTaskGroup { group in
            group.addTask { [mirror] in
                // Routes and statuses say nothing of what should run, and are most of what changes.
                let reader = mirror.reader(under: [.services, .instances, .volumes, .operations, .decisions, .locks])
                var isFirst = true
                for await _ in mirror.changes() where mirror.isRead {
                    let changes = reader.take()
                    if isFirst || !changes.isEmpty { wake.yield() }
                    isFirst = false
                }
            }
            group.addTask { [engine, timekeeper] in
                while !Task.isCancelled {
                    do {
                        for try await _ in engine.events() { wake.yield() }
                    } catch {
                        // Docker is away or restarts. The next round finds out what became of the containers.
                    }
                    wake.yield()
                    try? await timekeeper.sleep(for: .milliseconds(250))
                }
            }
            group.addTask { [timekeeper] in
                while !Task.isCancelled {
                    try? await timekeeper.sleep(for: .seconds(10))
                    wake.yield()
                }
            }
            for await _ in wakes {
                guard !Task.isCancelled else { break }
                guard mirror.isRead else { continue }
                // Each instance converges by itself: one that is slow to become ready, or to end, keeps no other waiting.
                for work in await due() {
                    group.addTask { [timekeeper] in
                        if let delay = await self.perform(work) { try? await timekeeper.sleep(for: delay) }
                        await self.finished(work.instance)
                        wake.yield()
                    }
                }
            }
            group.cancelAll()
        }
    }

    private enum Work {
        case converge(DesiredInstance, containers: [OurContainer])
        /// With the migrations by which its containers came.
        case remove(InstanceRef, operations: Set<OperationID>)

        var instance: InstanceRef {
            switch self {
            case .converge(let instance, _): instance.ref
            case .remove(let instance, _): instance
            }
        }
    }

    /// Returns the time until the next try, when there must be one.
    private func perform(_ work: Work) async -> Duration? {
        switch work {
        case .converge(let instance, let containers): await converge(instance, containers: containers)
        case .remove(let instance, let operations): await remove(instance, operations)
        }
    }

    /// The instances that need something done and that nobody is busy with.
    private func due() async -> [Work] {
        let containers: [OurContainer]
        do {
            containers = try await engine.containers()
        } catch {
            logger.warning("Containers cannot be listed", metadata: ["error": "\(error)"])
            return []
        }
        do {
            try storeGuard.check(placements, cluster: mirror.value(.cluster))
        } catch {
            logger.error("Nothing is started or removed", metadata: ["error": "\(error)"])
            return []
        }
        let desired = placements.desired()
        var work = misplaced(containers, desired).map { instance in
            let operations = containers.filter { $0.instance == instance }.compactMap(\.operation)
            return Work.remove(instance, operations: Set(operations))
        }
        busy.formUnion(work.map(\.instance))
        for instance in desired where !claims.isClaimed(instance.ref) && !busy.contains(instance.ref) {
            let own = containers.filter { $0.instance == instance.ref }
            let isSettled =
                starter.isRunning(instance, containers: own)
                && own.contains { $0.role == .workload && $0.id == ready[instance.ref] }
            guard !isSettled else {
                claims.forgetStop(of: instance.ref)
                continue
            }
            busy.insert(instance.ref)
            work.append(.converge(instance, containers: own))
        }
        return work
    }

    private func finished(_ instance: InstanceRef) { busy.remove(instance) }

    /// Brings one instance to where its record says; returns the time until a start that must wait.
    private func converge(_ instance: DesiredInstance, containers: [OurContainer]) async -> Duration? {
        if starter.isRunning(instance, containers: containers) {
            let id = containers.first { $0.role == .workload }?.id ?? ""
            if ready[instance.ref] != id { await awaitReadiness(instance, containers: containers, id: id) }
            return nil
        }
        ready[instance.ref] = nil
        var backoff = backoffs[instance.ref] ?? RestartBackoff()
        if !claims.mayHaveStopped(instance.ref), let ended = starter.ended(instance, containers: containers),
            starter.rests(instance, ended: ended)
        {
            await report(instance, .stopped, "exit status \(ended.exitCode)")
            return .seconds(10)
        }
        guard backoff.mayStart(at: timekeeper.now) else { return backoff.delay(at: timekeeper.now) }
        do {
            await report(instance, .starting, nil)
            backoff.started(at: timekeeper.now)
            // A migration that claims the instance in this moment waits; one that has claimed it keeps it.
            guard
                let container = try await claims.whileFree(
                    instance.ref,
                    { [starter] in try await starter.start(instance) }
                )
            else {
                return nil
            }
            // Whatever ends from now on was started after the migration.
            claims.forgetStop(of: instance.ref)
            backoff.ended(at: timekeeper.now)
            backoffs[instance.ref] = backoff
            logger.notice("Started", metadata: ["instance": "\(instance.ref)", "container": "\(container.id)"])
            let now = try await engine.containers().filter { $0.instance == instance.ref }
            await awaitReadiness(instance, containers: now, id: container.id)
        } catch {
            backoff.ended(at: timekeeper.now)
            backoffs[instance.ref] = backoff
            logger.error("Cannot start", metadata: ["instance": "\(instance.ref)", "error": "\(error)"])
            await report(instance, .failed, "\(error)")
            return max(backoff.delay(at: timekeeper.now), .milliseconds(100))
        }
        return nil
    }

    private func awaitReadiness(_ instance: DesiredInstance, containers: [OurContainer], id: String) async {
        do {
            try await starter.waitUntilReady(instance, containers: containers)
            ready[instance.ref] = id
            await report(instance, .ready, nil)
        } catch {
            ready[instance.ref] = id
            logger.warning("Not ready", metadata: ["instance": "\(instance.ref)", "error": "\(error)"])
            await report(instance, .unready, "\(error)")
        }
    }

    /// Instances with containers here that the store places elsewhere or does not know, and that no migration has.
    private func misplaced(_ containers: [OurContainer], _ desired: [DesiredInstance]) -> [InstanceRef] {
        Set(containers.map(\.instance)).subtracting(desired.map(\.ref)).sorted().filter { instance in
            !claims.isClaimed(instance) && !busy.contains(instance)
        }
    }

    private func remove(_ instance: InstanceRef, _ operations: Set<OperationID>) async -> Duration? {
        do {
            let isRemoved = try await claims.whileFree(instance) { [starter, machine, store] in
                // A candidate is the migration's until it is decided; of one that is forgotten, nothing comes any more.
                for operation in operations {
                    let decision = try await store.decision(operation)
                    guard decision == nil || decision == .committed else { return false }
                }
                // Asked of the store, and after the decision: the picture that this machine has may lag behind it.
                let placed = try await store.record(InstanceRecord.self, at: .instance(instance))
                guard placed?.machine != machine else { return false }
                try await starter.retire(instance)
                return true
            }
            guard isRemoved == true else { return .seconds(10) }
            logger.notice("Removed, since it is not placed here", metadata: ["instance": "\(instance)"])
            return nil
        } catch {
            logger.error("Cannot remove", metadata: ["instance": "\(instance)", "error": "\(error)"])
            return .seconds(10)
        }
    }

    private func report(_ instance: DesiredInstance, _ state: InstanceStatus.State, _ message: String?) async {
        let status = InstanceStatus(
            instance: instance.ref,
            machine: machine,
            state: state,
            message: message,
            generation: instance.service.generation,
            restarts: backoffs[instance.ref]?.restarts ?? 0,
            at: timekeeper.date
        )
        if let last = reported[instance.ref], last.state == state, last.message == message,
            last.generation == status.generation
        {
            return
        }
        do {
            _ = try await store.commit(
                StoreTransaction(
                    conditions: [.present(.instance(instance.ref))],
                    writes: [.put(.status(instance.ref), try JSON.encode(status))]
                )
            )
            reported[instance.ref] = status
        } catch {
            logger.warning("A status cannot be reported", metadata: ["error": "\(error)"])
        }
    }
}
