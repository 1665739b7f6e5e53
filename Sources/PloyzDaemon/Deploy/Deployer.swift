import PloyzAPI
import PloyzContainers
import PloyzMigration
import PloyzModel

struct Deployer: Sendable {
    let machine: MachineID
    let store: any ClusterStore
    let mirror: ClusterMirror
    let engine: DockerEngine
    let peers: MachineDirectory
    let migrations: MigrationService
    let cluster: ClusterRecord
    let timekeeper: any Timekeeper

    func preview(_ request: DeployRequest) async throws -> DeployPreview { throw PloyzError(.failed, "not wired") }
    func deploy(_ request: DeployRequest) async throws -> DeployResult { throw PloyzError(.failed, "not wired") }
    func render(_ request: RenderRequest) async throws -> RenderedManifest { throw PloyzError(.failed, "not wired") }
}
