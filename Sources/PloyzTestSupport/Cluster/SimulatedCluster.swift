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
    let network: SimulatedNetwork
    let observer: ClusterObserver
    private let identifiers: IdentifierSource

    /// - Parameters:
    ///   - machines: how many, `m1` and up.
    ///   - withoutStorage: names of those that have no ZFS.
    ///   - space: what a pool has left.
    ///   - keepsParts: whether pools keep what arrived of streams that were cut off, as OpenZFS does.
    package init(
        machines count: Int = 3,
        withoutStorage: Set<String> = [],
        space: ByteCount = .mebibytes(100_000),
        keepsParts: Bool = false,
        seed: UInt64 = 1
    ) throws {
        let time = VirtualTimekeeper()
        let faults = FaultInjector(time: time)
        var generator = SeededGenerator(seed: seed)
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
                    ledger: ledger,
                    space: space,
                    root: root,
                    keepsParts: keepsParts
                )
            )
        }
        self.time = time
        self.faults = faults
        self.machines = machines
        network = SimulatedNetwork(time: time, faults: faults, ledger: ledger)
        network.add(machines)
        observer = ClusterObserver(store: store, machines: machines, ledger: ledger, time: time)
        identifiers = IdentifierSource(generator)
        faults.rule(self)
    }

    /// Takes over everything that is on the machines and in the store of a cluster in which nothing is under way.
    func copy(from other: SimulatedCluster) {
        store.copyValues(from: other.store)
        ledger.copy(from: other.ledger)
        for (machine, original) in zip(machines, other.machines) {
            machine.volumes.copy(from: original.volumes)
            machine.containers.copy(from: original.containers)
            machine.network.copy(from: original.network)
        }
        identifiers.copy(from: other.identifiers)
        time.begin(at: other.time.now)
        observer.readOwners()
    }

    /// Machine `m<number>`.
    package subscript(number: Int) -> SimulatedMachine { machines[number - 1] }

    package func machine(named name: String) -> SimulatedMachine? { machines.first { $0.name == name } }

    package func engine(on machine: SimulatedMachine) -> MigrationEngine {
        MigrationEngine(
            seams: machine.seams,
            transfer: InMemoryTransfer(machine: machine, network: network, faults: faults, time: time),
            peer: { [machines, network, faults] id in
                guard let target = machines.first(where: { $0.id == id }) else {
                    throw PloyzError(.peerUnreachable, "there is no machine \(id)")
                }
                return InMemoryPeer(from: machine.name, to: target.name, network: network, faults: faults)
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

    func copy(from other: IdentifierSource) {
        let generator = other.generator.withLock { $0 }
        self.generator.withLock { $0 = generator }
    }

    func next() -> OperationID { generator.withLock { OperationID(using: &$0) } }
}
