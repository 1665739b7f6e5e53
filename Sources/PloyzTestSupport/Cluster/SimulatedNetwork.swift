import PloyzMigration
import PloyzModel
import Synchronization

/// What lies between the machines of a cluster, and between them and the store.
final class SimulatedNetwork: Sendable {
    private struct State {
        var machines: [String: SimulatedMachine] = [:]
        /// Pairs that do not hear each other, until when.
        var parted: [Set<String>: Duration] = [:]
        /// Machines that hear nobody, until when.
        var isolated: [String: Duration] = [:]
        /// Until when the store answers nobody.
        var storeAwayUntil: Duration = .zero
    }

    private let state = Mutex(State())
    private let time: VirtualTimekeeper
    private let faults: FaultInjector
    let ledger: WorkloadLedger
    /// How long a cut lasts: longer than any limit of the engine but that of a candidate nobody asks about.
    static let outage = Duration.seconds(120)

    init(time: VirtualTimekeeper, faults: FaultInjector, ledger: WorkloadLedger) {
        self.ledger = ledger
        self.time = time
        self.faults = faults
    }

    func add(_ machines: [SimulatedMachine]) {
        state.withLock { state in
            for machine in machines { state.machines[machine.name] = machine }
        }
    }

    func part(_ one: String, _ other: String) {
        let until = time.now + Self.outage
        state.withLock { $0.parted[[one, other]] = until }
    }

    func isolate(_ machine: String) {
        let until = time.now + Self.outage
        state.withLock { $0.isolated[machine] = until }
    }

    func hideStore() {
        let until = time.now + Self.outage
        state.withLock { $0.storeAwayUntil = until }
    }

    /// How long the machine does not reach the store.
    func storeAway(from machine: String) -> Duration {
        let until = state.withLock { max($0.storeAwayUntil, $0.isolated[machine] ?? .zero) }
        return max(.zero, until - time.now)
    }

    /// Whether everything that was cut hears again.
    var isWhole: Bool {
        let now = time.now
        return state.withLock { state in
            state.storeAwayUntil <= now && state.parted.values.allSatisfy { $0 <= now }
                && state.isolated.values.allSatisfy { $0 <= now }
        }
    }

    /// Returns when a packet gets through. A cut network swallows it, and the sender sends it again for as long as it
    /// waits.
    func pass(_ from: String, _ to: String) async throws {
        while true {
            let until = state.withLock { state in
                max(
                    state.parted[[from, to]] ?? .zero,
                    state.isolated[from] ?? .zero,
                    state.isolated[to] ?? .zero
                )
            }
            guard until > time.now else { break }
            try await time.sleep(for: until - time.now)
        }
        while faults.isCutOff(from) || faults.isCutOff(to) { try await time.sleep(for: .seconds(1)) }
    }

    /// The machine, and the daemon that runs there now, if the cluster has daemons.
    ///
    /// - Throws: `peer-unreachable`, at once when the connection is refused.
    func connect(_ from: String, _ to: String) async throws -> (SimulatedMachine, SimulatedDaemon?) {
        guard !faults.isCutOff(from), !faults.isCutOff(to), let machine = state.withLock({ $0.machines[to] }) else {
            throw PloyzError(.peerUnreachable, "\(to) does not answer")
        }
        try await pass(from, to)
        try await keepUp(with: machine.daemon, on: machine)
        return (machine, machine.daemon)
    }

    /// Returns while the daemon lives and its machine runs; waits while the machine stands still.
    ///
    /// - Throws: `peer-unreachable` when the daemon is dead. Of a machine without power nothing is heard.
    func keepUp(with daemon: SimulatedDaemon?, on machine: SimulatedMachine) async throws {
        guard let daemon else { return }
        while machine.pause > .zero { try await time.sleep(for: machine.pause) }
        guard daemon.isDead else { return }
        if !machine.hasPower { try await time.sleep(for: .seconds(3600)) }
        throw PloyzError(.peerUnreachable, "the connection to \(machine.name) was reset")
    }
}
