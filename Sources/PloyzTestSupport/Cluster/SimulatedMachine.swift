package import PloyzMigration
package import PloyzModel
import Synchronization

/// One machine of a simulated cluster: its daemon's parts over seams in memory.
package final class SimulatedMachine: Sendable {
    package let record: MachineRecord
    package let volumes: InMemoryVolumes
    package let containers: InMemoryContainers
    package let network: InMemoryNetwork
    package let tickets: InMemoryTickets
    package let claims: InMemoryClaims
    package let seams: MachineSeams
    private let agentBox: Mutex<TargetAgent>

    package var name: String { record.name.text }
    package var id: MachineID { record.id }
    package var agent: TargetAgent { agentBox.withLock { $0 } }

    init(
        record: MachineRecord,
        index: Int,
        store: InMemoryClusterStore,
        faults: FaultInjector,
        time: any Timekeeper,
        space: ByteCount,
        root: DatasetName,
        changed: @escaping @Sendable () -> Void
    ) {
        let name = record.name.text
        let volumes = InMemoryVolumes(machine: index)
        let containers = InMemoryContainers(machine: name, volumes: volumes, faults: faults, changed: changed)
        let network = InMemoryNetwork(machine: name, faults: faults, time: time, changed: changed)
        let claims = InMemoryClaims()
        let store = FaultyClusterStore(store, machine: name, faults: faults)
        self.record = record
        self.volumes = volumes
        self.containers = containers
        self.network = network
        self.claims = claims
        tickets = InMemoryTickets(machine: name)
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
            journal: InMemoryJournal(machine: name, faults: faults),
            claims: claims,
            routes: StoredRoutes(store: store, machine: name, faults: faults),
            time: time
        )
        agentBox = Mutex(TargetAgent(seams: seams, tickets: tickets))
    }

    /// The daemon's memory is gone; what is on the machine and in its journal stays.
    package func restartAgent() {
        claims.forget()
        tickets.forget()
        let agent = TargetAgent(seams: seams, tickets: tickets)
        agentBox.withLock { $0 = agent }
    }
}

extension SimulatedMachine {
    /// Everything stops at once: processes, links, mounts. What is on disk stays.
    package func powerOff() {
        containers.powerOff()
        network.powerOff()
        volumes.powerOff()
    }
}

/// Reads the routes as the daemon does, and has nothing to set.
private struct StoredRoutes: RouteKeeper {
    let store: FaultyClusterStore
    let machine: String
    let faults: FaultInjector

    func refresh() async throws {
        try await faults.call(machine, "routes.refresh", cost: .milliseconds(5)) {
            _ = try await store.records(RouteRecord.self, under: .routes)
        }
    }
}
