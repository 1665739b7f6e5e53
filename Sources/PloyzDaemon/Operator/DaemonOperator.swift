import PloyzAPI
import PloyzMigration
import PloyzModel

/// What operators can ask of this daemon. It translates and hands on; the decisions are elsewhere.
struct DaemonOperator: OperatorService {
    /// Who answers: the machine, which may belong to no cluster, or the member that another machine's daemon asks.
    enum Answering: Sendable {
        case node(Node)
        case member(Member)
    }

    let answering: Answering

    private func member() async throws -> Member {
        let member =
            switch answering {
            case .node(let node): try await node.member()
            case .member(let member): member
            }
        try member.standing.require()
        return member
    }

    /// The member once it has read the store: before that every list would be empty, which is not so.
    private func reader() async throws -> Member {
        let member = try await member()
        try await member.waitUntilRead(within: .seconds(10))
        return member
    }

    /// Only who is on the machine itself may say which cluster it belongs to.
    private func node() throws -> Node {
        guard case .node(let node) = answering else {
            throw PloyzError(.usage, "a machine is put into a cluster on the machine itself")
        }
        return node
    }

    func version() async throws -> DaemonVersion { DaemonVersion(version: Version.current) }

    func initializeMesh(_ request: MeshInitRequest) async throws -> MeshStatus {
        try await node().found(request).meshStatus()
    }

    func join(_ request: JoinRequest) async throws -> MeshStatus { try await node().join(request).meshStatus() }

    func meshStatus() async throws -> MeshStatus { try await member().meshStatus() }

    func createInvite(_ request: InviteRequest) async throws -> Invite {
        try await member().invitations.create(lifetime: request.ttl)
    }

    func invites() async throws -> InviteList { try await member().invitations.list() }

    func revokeInvite(_ request: RevocationRequest) async throws -> Revocation {
        try await member().invitations.revoke(request.id)
    }

    func machines() async throws -> MachineList {
        try await reader().machines()
    }

    func setLifecycle(_ request: LifecycleRequest) async throws -> LifecycleChange {
        try await member().lifecycles.set(request)
    }

    func removeMachine(_ request: MachineRemovalRequest) async throws -> MachineRemoval {
        try await member().remover.remove(request)
    }

    func renameMachine(_ request: MachineRenameRequest) async throws -> MachineRenaming {
        try await member().machineChanges.rename(request)
    }

    func updateMachine(_ request: MachineUpdateRequest) async throws -> MachineLabels {
        try await member().machineChanges.update(request)
    }

    func roundTrips(_ request: RoundTripRequest) async throws -> RoundTripMatrix {
        try await reader().roundTrips(request)
    }

    func status() async throws -> ClusterStatus { try await member().clusterStatus() }

    func previewDeploy(_ request: DeployRequest) async throws -> DeployPreview {
        try await member().deployer.preview(request)
    }

    func deploy(_ request: DeployRequest) async throws -> DeployResult {
        try await member().deployer.deploy(request)
    }

    func services() async throws -> ServiceList { try await reader().listings.services() }

    func volumes() async throws -> VolumeList {
        // Another machine's daemon asks each by itself.
        let isAskedHere = if case .node = answering { true } else { false }
        return try await reader().volumeList(askingOthers: isAskedHere)
    }

    func previewMigration(_ request: MoveRequest) async throws -> MigrationPreview {
        try await member().deployer.previewMove(request)
    }

    func renderManifest(_ request: RenderRequest) async throws -> RenderedManifest {
        try await member().deployer.render(request)
    }

    func applyMigration(_ request: MoveRequest) async throws -> MigrationStart {
        try await member().deployer.applyMove(request)
    }

    func migrations() async throws -> MigrationList {
        MigrationList(migrations: try await reader().listings.migrations().map(MigrationSummary.init))
    }

    func migration(_ id: OperationID) async throws -> MigrationDetail {
        MigrationDetail(try await member().migrations.record(id))
    }

    func watch(_ id: OperationID) async throws -> AsyncThrowingStream<MigrationNotice, any Error> {
        try await member().migrations.watch(id)
    }

    func cancelMigration(_ id: OperationID) async throws -> CancelAnswer {
        try await member().migrations.cancel(id)
    }

    func previewDrain(_ request: DrainRequest) async throws -> DrainReport {
        try await member().drains.preview(request)
    }

    func startDrain(_ request: DrainRequest) async throws -> DrainStart {
        try await member().drains.start(request)
    }

    func watchDrain(_ id: DrainID) async throws -> AsyncThrowingStream<DrainReport, any Error> {
        try await member().drains.watch(id)
    }

    func changeStorage(_ request: StorageRequest) async throws -> StorageChange {
        let isAskedHere = if case .node = answering { true } else { false }
        return try await member().changeStorage(request, mayHandOn: isAskedHere)
    }

    func snapshot(_ take: (SnapshotPiece) async throws -> Void) async throws {
        try await member().saveStore(take)
    }

    func restore(_ request: RestoreRequest) async throws -> StoreRestoration {
        guard case .node(let node) = answering else {
            throw PloyzError(.usage, "a store is restored on the machine itself")
        }
        return try await node.member().restoreStore(request)
    }
}
