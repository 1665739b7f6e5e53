package import PloyzMigration
package import PloyzModel
import Synchronization

/// A cluster in memory, in virtual time: real engine, real agents, real records; seams that can go wrong.
///
/// Everything happens inside ``VirtualTimekeeper/run(_:)`` of ``time``.
package final class SimulatedCluster: Sendable {
    package let time: VirtualTimekeeper
    package let faults: FaultInjector
    package let store = InMemoryClusterStore()
    package let ledger = WorkloadLedger()
    package let machines: [SimulatedMachine]
    private let identifiers: IdentifierSource

    /// - Parameters:
    ///   - machines: how many, `m1` and up.
    ///   - withoutStorage: names of those that have no ZFS.
    ///   - space: what a pool has left.
    package init(
        machines count: Int = 3,
        withoutStorage: Set<String> = [],
        space: ByteCount = .mebibytes(100_000),
        seed: UInt64 = 1
    ) throws {
        let time = VirtualTimekeeper()
        let faults = FaultInjector(time: time)
        var generator = SeededGenerator(seed: seed)
        let observer = Observer()
        let root = try DatasetName("tank/ployz.x_1:y")
        var machines: [SimulatedMachine] = []
        for index in 1...count {
            let name = "m\(index)"
            let record = MachineRecord(
                id: MachineID(using: &generator),
                name: try MachineName(name),
                wireguardKey: "key \(index)",
                endpoints: ["192.0.2.\(index):51820"],
                subnet: try IPv4Network("10.101.\(index).0/24"),
                managementAddress: "fd00::\(index)",
                lifecycle: .active,
                storage: withoutStorage.contains(name)
                    ? nil : StorageCapability(root: root, implementation: "in memory", features: [.sendSize]),
                isStorageMember: index == 1,
                labels: [:],
                joinedAt: time.date
            )
            machines.append(
                SimulatedMachine(
                    record: record,
                    index: index,
                    store: store,
                    faults: faults,
                    time: time,
                    space: space,
                    root: root,
                    changed: { observer.look() }
                )
            )
        }
        self.time = time
        self.faults = faults
        self.machines = machines
        identifiers = IdentifierSource(generator)
        observer.watch(machines, time: time, ledger: ledger)
    }

    /// Machine `m<number>`.
    package subscript(number: Int) -> SimulatedMachine { machines[number - 1] }

    package func machine(named name: String) -> SimulatedMachine? { machines.first { $0.name == name } }

    package func engine(on machine: SimulatedMachine) -> MigrationEngine {
        MigrationEngine(
            seams: machine.seams,
            transfer: InMemoryTransfer(
                machine: machine.name,
                volumes: machine.volumes,
                faults: faults,
                time: time,
                receiver: { [self] name in self.machine(named: name) }
            ),
            peer: { [self, faults] id in
                guard let target = machines.first(where: { $0.id == id }) else {
                    throw PloyzError(.peerUnreachable, "there is no machine \(id)")
                }
                return InMemoryPeer(from: machine.name, to: target.name, agent: target.agent, faults: faults)
            },
            makeID: { [identifiers] in identifiers.next() }
        )
    }

    /// Runs `body` in virtual time.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try time.run(body)
    }
}

private final class IdentifierSource: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(_ generator: SeededGenerator) { self.generator = Mutex(generator) }

    func next() -> OperationID { generator.withLock { OperationID(using: &$0) } }
}

/// Looks at all machines after every change of any of them.
private final class Observer: Sendable {
    private struct State {
        var machines: [SimulatedMachine] = []
        var time: VirtualTimekeeper?
        var ledger: WorkloadLedger?
    }

    private let state = Mutex(State())

    func watch(_ machines: [SimulatedMachine], time: VirtualTimekeeper, ledger: WorkloadLedger) {
        state.withLock { $0 = State(machines: machines, time: time, ledger: ledger) }
    }

    /// I1: a stateful instance is live on one machine at most.
    func look() {
        let (machines, time, ledger) = state.withLock { ($0.machines, $0.time, $0.ledger) }
        guard let time, let ledger else { return }
        var live: [InstanceRef: [String]] = [:]
        for machine in machines {
            for instance in machine.liveInstances() { live[instance, default: []].append(machine.name) }
        }
        for (instance, names) in live where names.count > 1 {
            ledger.violation("at \(time.now) \(instance) was live on \(names.joined(separator: " and "))")
        }
    }
}

extension SimulatedMachine {
    /// Stateful instances whose container runs here and can be reached, or can write a live copy.
    func liveInstances() -> [InstanceRef] {
        containers.runningWorkloads().compactMap { instance, opened in
            guard !opened.isEmpty else { return nil }
            let writesLive = opened.contains { volume in
                let dataset = volumes[volume]
                return dataset?.isMounted == true && dataset?.stamp?.state == .live
            }
            return writesLive || network.link(instance) == .open ? instance : nil
        }
    }
}
