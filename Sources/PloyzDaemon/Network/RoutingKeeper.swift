import Foundation
import Logging
import PloyzMigration
import PloyzModel

/// Makes this machine's peers and routes what the records say, at every change and whenever a migration asks.
///
/// One change costs the same however many addresses there are: what the watch brings is applied by itself, and only a
/// machine that comes, goes or changes has everything computed anew.
actor RoutingKeeper: RouteKeeper {
    private let cluster: ClusterRecord
    private let store: any ClusterStore
    private let network: any InstanceNetwork
    /// The last picture, for a daemon that starts before the store answers.
    private let memory: RoutingMemory
    private let logger: Logger
    private var known: RoutingPicture?
    /// What the memory lacks.
    private var unwritten: [IPv4Address: RouteRecord?] = [:]
    private var isMemoryWhole = false
    /// The store that was last found not to be behind what is known. Another one was made from a snapshot, and routes of it
    /// that are older than those known lead to where the workload no longer is.
    private var trusted: String?
    /// One application at a time, in the order in which they were asked for: an actor lets another call in at each `await`.
    private var tail: Task<Void, any Error>?

    init(
        cluster: ClusterRecord,
        store: any ClusterStore,
        network: any InstanceNetwork,
        memory: RoutingMemory,
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
        let picture = try memory.read() ?? RoutingPicture(cluster: cluster.network, machines: machines, routes: [])
        try await inTurn { keeper in try await keeper.set(picture) }
    }

    func refresh(_ addresses: [IPv4Address]) async throws {
        try await inTurn { keeper in
            // Read in its turn: of two the later one sees what the earlier one saw, or more.
            var change: [IPv4Address: RouteRecord?] = [:]
            for address in addresses {
                let record = try await keeper.store.record(RouteRecord.self, at: .route(address))
                change.updateValue(record, forKey: address)
            }
            try await keeper.set(change)
        }
    }

    /// Reads the machines' records and applies them with the routes that are known.
    func refreshMachines() async throws {
        try await inTurn { keeper in
            let machines = try await keeper.store.records(MachineRecord.self, under: .machines)
            let routes = await keeper.known.map { Array($0.routes.values) } ?? []
            try await keeper.set(RoutingPicture(cluster: keeper.cluster.network, machines: machines, routes: routes))
        }
    }

    /// Applies what the mirror has, at each change of it, until the task is cancelled.
    func follow(_ mirror: ClusterMirror) async {
        let reader = mirror.reader(under: [.machines, .routes])
        var isFirst = true
        for await _ in mirror.changes() where mirror.isRead {
            let changes = reader.take()
            guard isFirst || !changes.isEmpty else { continue }
            do {
                if isFirst || changes.keys.contains(where: { $0.isBelow(.machines) }) {
                    try await takeAll(of: mirror)
                } else {
                    try await take(changes, of: mirror)
                }
                isFirst = false
                try remember()
            } catch {
                // The next change, or the repair, finds what was not applied.
                isFirst = true
                logger.error("Routes cannot be applied", metadata: ["error": "\(error)"])
            }
        }
    }

    private func takeAll(of mirror: ClusterMirror) async throws {
        let lineage = mirror.lineage
        let machines = mirror.records(MachineRecord.self, under: .machines)
        let routes = mirror.records(RouteRecord.self, under: .routes)
        try await inTurn { keeper in
            var picture = RoutingPicture(cluster: keeper.cluster.network, machines: machines, routes: routes)
            // A migration may have been ahead of the watch, or the store is behind. All at once: a route that went back for a
            // moment would take connections with it.
            let ahead = await keeper.newer(than: picture)
            picture.apply(ahead)
            try await keeper.set(picture)
            if ahead.isEmpty { await keeper.trust(lineage) }
        }
    }

    private func trust(_ lineage: String?) { trusted = lineage }

    private func take(_ changes: [StoreKey: Data?], of mirror: ClusterMirror) async throws {
        var newer: [IPv4Address: RouteRecord?] = [:]
        var unclear: [IPv4Address] = []
        let lineage = mirror.lineage
        var isBehind = false
        for (key, value) in changes {
            guard let address = key.routeAddress else { continue }
            let record = value.flatMap { mirror.decode(RouteRecord.self, StoreEntry(key: key, value: $0)) }
            let current = known?.routes[address]
            if record == current { continue }
            // The watch may be behind what a migration has read; and what is gone may have come back. The store knows.
            if let record, current.map({ $0.generation < record.generation }) ?? true {
                newer.updateValue(record, forKey: address)
            } else if lineage != trusted, let record, record.instance == current?.instance {
                isBehind = true
            } else {
                unclear.append(address)
            }
        }
        let routes = newer
        try await inTurn { keeper in
            // A refresh may have been before it in turn.
            try await keeper.set(await keeper.still(newer: routes))
        }
        if !unclear.isEmpty { try await refresh(unclear.sorted()) }
        if !isBehind { trust(lineage) }
    }

    /// Those of the records that are newer than what is known.
    private func still(newer routes: [IPv4Address: RouteRecord?]) -> [IPv4Address: RouteRecord?] {
        routes.filter { address, record in
            known?.routes[address].map { $0.generation < record?.generation ?? 0 } ?? true
        }
    }

    /// Records that are known to be newer than those of `picture`.
    private func newer(than picture: RoutingPicture) -> [IPv4Address: RouteRecord?] {
        guard let known else { return [:] }
        return known.routes.filter { address, record in
            guard let other = picture.routes[address] else { return false }
            return other.generation < record.generation && other.instance == record.instance
        }
    }

    private func set(_ picture: RoutingPicture) async throws {
        guard picture != known else { return }
        isMemoryWhole = false
        // A machine that becomes a storage member, or is drained, is reached as before.
        if known?.reachability != picture.reachability { try await network.apply(picture) }
        known = picture
    }

    private func set(_ change: [IPv4Address: RouteRecord?]) async throws {
        guard !change.isEmpty else { return }
        for (address, record) in change where known?.routes[address] != record {
            unwritten.updateValue(record, forKey: address)
        }
        known?.apply(change)
        try await network.apply(change)
    }

    /// After the switch, not in it: the file is synced to disk.
    private func remember() throws {
        guard let known else { return }
        if isMemoryWhole {
            guard !unwritten.isEmpty else { return }
            try memory.add(unwritten, to: known)
        } else {
            try memory.write(known)
            isMemoryWhole = true
        }
        unwritten = [:]
    }

    private func inTurn(_ body: @escaping @Sendable (RoutingKeeper) async throws -> Void) async throws {
        let previous = tail
        let task = Task {
            _ = try? await previous?.value
            try await body(self)
        }
        tail = task
        try await task.value
    }
}

extension RoutingPicture {
    /// The picture without what has no part in how machines and addresses are reached.
    fileprivate var reachability: RoutingPicture {
        let machines = machines.values.map { machine in
            var machine = machine
            machine.isStorageMember = false
            machine.lifecycle = .active
            machine.labels = [:]
            return machine
        }
        return RoutingPicture(cluster: cluster, machines: machines, routes: Array(routes.values))
    }
}
