import Logging
import PloyzAPI
import PloyzModel

/// This machine: outside any cluster, or a member of one.
actor Node {
    private let configuration: DaemonConfiguration
    private let state: StateDirectory
    private let refusals: Refusals
    private let logger: Logger
    private let (members, start) = AsyncStream.makeStream(of: Member.self)
    private var current: Member?
    private var isChanging = false

    init(configuration: DaemonConfiguration, refusals: Refusals, logger: Logger) {
        self.configuration = configuration
        self.state = StateDirectory(configuration.stateDirectory)
        self.refusals = refusals
        self.logger = logger
    }

    /// Runs the member that this machine is or becomes, until the task is cancelled.
    func run() async throws {
        try state.create()
        if let identity = try state.readIdentity() { try enter(identity) }
        await withDiscardingTaskGroup { group in
            for await member in members { group.addTask { await member.run() } }
            group.cancelAll()
        }
    }

    /// - Throws: ``PloyzError`` `no-cluster` when the machine belongs to none.
    func member() throws -> Member {
        guard let current else {
            throw PloyzError(
                .noCluster,
                "this machine belongs to no cluster",
                next:
                    "found one with 'ployzctl mesh init <name>', or join one with 'ployzctl mesh join --token <token>'"
            )
        }
        return current
    }

    /// Founds a cluster; returns when its store answers and has the cluster's first records.
    func found(_ request: MeshInitRequest) async throws -> Member {
        try await change {
            let founding = Founding(configuration: configuration, state: state)
            return try await founding.found(request)
        }
    }

    /// Joins the cluster that a token names; returns when this machine has read its store.
    func join(_ request: JoinRequest) async throws -> Member {
        try await change {
            let joining = Joining(configuration: configuration, state: state, logger: logger)
            return try await joining.join(request)
        }
    }

    /// One change at a time, and only from outside a cluster.
    private func change(_ become: () async throws -> MachineIdentity) async throws -> Member {
        if let current {
            throw PloyzError(
                .alreadyInCluster,
                "this machine is '\(current.identity.machine.name)' in the cluster '\(current.identity.cluster.name)'"
            )
        }
        guard !isChanging else {
            throw PloyzError(.alreadyInCluster, "this machine is founding or joining a cluster at this moment")
        }
        isChanging = true
        defer { isChanging = false }
        let identity = try await become()
        try state.write(identity)
        let member = try enter(identity)
        try await member.waitUntilRead(within: .seconds(60))
        return member
    }

    @discardableResult
    private func enter(_ identity: MachineIdentity) throws -> Member {
        let member = try Member(
            identity: identity,
            configuration: configuration,
            state: state,
            refusals: refusals,
            logger: logger
        )
        current = member
        start.yield(member)
        return member
    }
}

extension ErrorCode {
    /// The machine is in a cluster, or is getting into one.
    static let alreadyInCluster = ErrorCode("already-in-cluster", exitStatus: 3)
}
