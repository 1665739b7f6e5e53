import Logging
import PloyzMigration
import PloyzModel

/// Makes this machine's peers and routes what the records say, at every change and whenever a migration asks.
///
/// An actor, so that two pictures are never applied at once: the later one, read later, is applied last.
actor RoutingKeeper: RouteKeeper {
    private let cluster: ClusterRecord
    private let store: any ClusterStore
    private let network: any InstanceNetwork
    /// The last picture, for a daemon that starts before the store answers.
    private let memory: DurableFile
    private let logger: Logger
    private var applied: RoutingPicture?
    private var remembered: RoutingPicture?
    /// One application at a time: an actor lets another call in at each `await`.
    private var tail: Task<Void, any Error>?

    init(
        cluster: ClusterRecord,
        store: any ClusterStore,
        network: any InstanceNetwork,
        memory: DurableFile,
        logger: Logger
    ) {
        self.cluster = cluster
        self.store = store
        self.network = network
        self.memory = memory
        self.logger = logger
    }

    /// Applies the picture that an earlier daemon remembered, so that a restart changes nothing; on the first start, the
    /// machines that are known.
    func restore(fallback machines: [MachineRecord]) async throws {
        let remembered = try memory.read().flatMap { try? JSON.decode(RoutingPicture.self, from: $0) }
        try await apply(
            remembered ?? RoutingPicture(cluster: cluster.network, machines: machines, routes: [])
        )
    }

    /// Reads the records and applies them.
    func refresh() async throws {
        let previous = tail
        let task = Task {
            _ = try? await previous?.value
            async let machines = store.records(MachineRecord.self, under: .machines)
            async let routes = store.records(RouteRecord.self, under: .routes)
            try await apply(RoutingPicture(cluster: cluster.network, machines: machines, routes: routes))
        }
        tail = task
        try await task.value
    }

    /// Applies what the mirror has, at each change of it, until the task is cancelled.
    func follow(_ mirror: ClusterMirror) async {
        for await _ in mirror.changes() where mirror.isRead {
            let picture = RoutingPicture(
                cluster: cluster.network,
                machines: mirror.records(MachineRecord.self, under: .machines),
                routes: mirror.records(RouteRecord.self, under: .routes)
            )
            do {
                if picture != applied { try await refresh() }
                try remember()
            } catch {
                logger.error("Routes cannot be applied", metadata: ["error": "\(error)"])
            }
        }
    }

    /// After the switch, not in it: the file is synced to disk.
    private func remember() throws {
        guard let applied, applied != remembered else { return }
        try memory.write(try JSON.encode(applied))
        remembered = applied
    }

    private func apply(_ picture: RoutingPicture) async throws {
        guard picture != applied else { return }
        try await network.apply(picture)
        applied = picture
    }
}
