import PloyzAPI
import PloyzMigration
import PloyzModel

/// What operators can ask of this daemon. It translates and hands on; the decisions are elsewhere.
struct DaemonOperator: OperatorService {
    let node: Node

    func version() async throws -> DaemonVersion { DaemonVersion(version: Version.current) }

    func initializeMesh(_ request: MeshInitRequest) async throws -> MeshStatus {
        try await node.found(request).meshStatus()
    }

    func join(_ request: JoinRequest) async throws -> MeshStatus { try await node.join(request).meshStatus() }

    func meshStatus() async throws -> MeshStatus { try await node.member().meshStatus() }

    func createInvite(_ request: InviteRequest) async throws -> Invite {
        try await node.member().invitations.create(lifetime: request.ttl)
    }

    func machines() async throws -> MachineList {
        try await node.member().machines()
    }

    func setLifecycle(_ request: LifecycleRequest) async throws -> LifecycleChange {
        try await node.member().lifecycles.set(request)
    }

    func status() async throws -> ClusterStatus { try await node.member().clusterStatus() }

    func previewDeploy(_ request: DeployRequest) async throws -> DeployPreview {
        try await node.member().deployer.preview(request)
    }

    func deploy(_ request: DeployRequest) async throws -> DeployResult {
        try await node.member().deployer.deploy(request)
    }

    func services() async throws -> ServiceList { try await node.member().listings.services() }

    func volumes() async throws -> VolumeList { try await node.member().listings.volumes() }

    func previewMigration(_ request: MoveRequest) async throws -> MigrationPreview {
        try await node.member().migrations.preview(request)
    }

    func renderManifest(_ request: RenderRequest) async throws -> RenderedManifest {
        try await node.member().deployer.render(request)
    }

    func applyMigration(_ request: MoveRequest) async throws -> MigrationStart {
        try await node.member().migrations.apply(request)
    }

    func migrations() async throws -> MigrationList {
        MigrationList(migrations: try await node.member().listings.migrations().map(MigrationSummary.init))
    }

    func migration(_ id: OperationID) async throws -> MigrationDetail {
        MigrationDetail(try await node.member().migrations.record(id))
    }

    func watch(_ id: OperationID) async throws -> AsyncThrowingStream<MigrationNotice, any Error> {
        try await node.member().migrations.watch(id)
    }
}
