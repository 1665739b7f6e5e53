package import PloyzMigration
package import PloyzModel
import Synchronization

/// One machine of a simulated cluster: its daemon's parts over seams in memory.
package final class SimulatedMachine: Sendable {
    private struct State {
        var agent: TargetAgent
        var daemon: SimulatedDaemon?
        var hasPower = true
        /// Grows with each loss of power.
        var boot = 1
        /// Grows with each end of a daemon: only the newest start counts.
        var life = 0
        var pausedUntil: Duration = .zero
    }

    package let record: MachineRecord
    package let volumes: InMemoryVolumes
    package let containers: InMemoryContainers
    package let network: InMemoryNetwork
    package let tickets: InMemoryTickets
    package let claims: InMemoryClaims
    package let journal: InMemoryJournal
    package let seams: MachineSeams
    private let faults: FaultInjector
    private let time: any Timekeeper
    private let state: Mutex<State>

    package var name: String { record.name.text }
    package var id: MachineID { record.id }
    package var agent: TargetAgent { state.withLock { $0.agent } }
    /// nil in a cluster whose daemons were never started: its parts are then called directly.
    var daemon: SimulatedDaemon? { state.withLock { $0.daemon } }
    var hasPower: Bool { state.withLock { $0.hasPower } }
    var boot: Int { state.withLock { $0.boot } }
    /// How long the machine still stands still.
    package var pause: Duration { max(.zero, state.withLock { $0.pausedUntil } - time.now) }

    init(
        record: MachineRecord,
        index: Int,
        store: InMemoryClusterStore,
        faults: FaultInjector,
        time: any Timekeeper,
        ledger: WorkloadLedger,
        space: ByteCount,
        root: DatasetName,
        keepsParts: Bool
    ) {
        let name = record.name.text
        let volumes = InMemoryVolumes(machine: index, keepsParts: keepsParts)
        let containers = InMemoryContainers(machine: name, volumes: volumes, faults: faults, ledger: ledger)
        let network = InMemoryNetwork(machine: name, faults: faults, time: time)
        let claims = InMemoryClaims()
        let journal = InMemoryJournal(machine: name, faults: faults)
        let store = FaultyClusterStore(store, machine: name, faults: faults)
        self.record = record
        self.volumes = volumes
        self.containers = containers
        self.network = network
        self.claims = claims
        self.journal = journal
        self.faults = faults
        self.time = time
        tickets = InMemoryTickets(machine: name, volumes: volumes)
        seams = MachineSeams(
            machine: record.id,
            architecture: "x86_64",
            store: store,
            volumes: record.storage == nil
                ? nil
                : InMemoryVolumeStore(volumes, machine: name, faults: faults, root: root, space: space) { volume in
                    containers.openVolumes().contains(volume)
                },
            containers: containers,
            network: network,
            journal: journal,
            claims: claims,
            routes: StoredRoutes(store: store, machine: name, faults: faults),
            time: time
        )
        state = Mutex(State(agent: TargetAgent(seams: seams, tickets: tickets)))
    }

    /// The daemon's memory is gone; what is on the machine and in its journal stays.
    package func restartAgent() {
        claims.forget()
        tickets.forget()
        let agent = TargetAgent(seams: seams, tickets: tickets)
        state.withLock { $0.agent = agent }
    }

    /// Everything stops at once: processes, links, mounts. What is on disk stays.
    package func powerOff() {
        containers.powerOff()
        network.powerOff()
        volumes.powerOff()
        faults.forgetOrders(of: name)
    }

    // MARK: With a daemon

    func begin(_ daemon: SimulatedDaemon) {
        state.withLock { state in
            state.daemon = daemon
            state.hasPower = true
        }
    }

    /// Ends the daemon, and returns what ``isLife(_:)`` knows the machine by until the next one ends.
    func end(withPower isPowerLost: Bool) -> Int {
        let (daemon, life) = state.withLock { state in
            state.life += 1
            if isPowerLost {
                state.hasPower = false
                state.boot += 1
                state.pausedUntil = .zero
            }
            return (state.daemon, state.life)
        }
        daemon?.die(withPower: isPowerLost)
        if isPowerLost { powerOff() }
        return life
    }

    func isLife(_ life: Int) -> Bool { state.withLock { $0.life == life } }

    func stand(until end: Duration) { state.withLock { $0.pausedUntil = end } }

    /// The end of the simulation: nothing of it is left to hold the rest.
    func forgetDaemon() {
        _ = end(withPower: false)
        state.withLock { $0.daemon = nil }
    }
}

/// Reads the routes as the daemon does, and has nothing to set.
private struct StoredRoutes: RouteKeeper {
    let store: FaultyClusterStore
    let machine: String
    let faults: FaultInjector

    func refresh(_ addresses: [IPv4Address]) async throws {
        try await faults.call(machine, "routes.refresh", cost: .milliseconds(5)) {
            for address in addresses { _ = try await store.record(RouteRecord.self, at: .route(address)) }
        }
    }
}
