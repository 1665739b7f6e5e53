import Logging
import PloyzMigration
import PloyzModel
import PloyzStore

/// Keeps what this machine remembers of the others current, on disk and in the store's client: so that a daemon that
/// starts while a member is dead finds the other members, and its peers.
struct IdentityKeeper: Sendable {
    let identity: MachineIdentity
    let state: StateDirectory
    let store: EtcdClusterStore
    let port: Int
    let logger: Logger

    /// Writes down what the mirror has, at each change of a machine, until the task is cancelled.
    func follow(_ mirror: ClusterMirror) async {
        let reader = mirror.reader(under: [.machines])
        var current = identity
        var isBehind = true
        for await _ in mirror.changes() where mirror.isRead {
            guard !reader.take().isEmpty || isBehind else { continue }
            let cluster = mirror.value(.cluster).flatMap { try? JSON.decode(ClusterRecord.self, from: $0) }
            let machines = mirror.records(MachineRecord.self, under: .machines)
            guard let new = current.updated(cluster: cluster, machines: machines) else { continue }
            store.replaceEndpoints(new.endpoints(port: port))
            do {
                if new != current { try state.write(new) }
                current = new
                isBehind = false
            } catch {
                isBehind = true
                logger.error("What is known of the machines cannot be written", metadata: ["error": "\(error)"])
            }
        }
    }
}

extension MachineIdentity {
    /// The same with what the store says now; nil when it cannot be believed: it is of another cluster, does not know this
    /// machine, or names no machine where the store is.
    func updated(cluster: ClusterRecord?, machines: [MachineRecord]) -> MachineIdentity? {
        guard let cluster, cluster.id == self.cluster.id, machines.contains(where: \.isStorageMember),
            let own = machines.first(where: { $0.id == machine.id })
        else { return nil }
        return MachineIdentity(cluster: cluster, machine: own, machines: machines)
    }

    /// Where the members of the store are asked, this machine's own first.
    func endpoints(port: Int) -> [StoreEndpoint] {
        let members = machines.filter(\.isStorageMember)
        return (members.filter { $0.id == machine.id } + members.filter { $0.id != machine.id })
            .map { StoreEndpoint(host: $0.managementAddress, port: port) }
    }
}
