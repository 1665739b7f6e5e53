package import AsyncHTTPClient
import Foundation
import NIOCore
package import PloyzMigration
package import PloyzModel

/// The operator API as seen from the other end of the wire: the daemon of this machine over its Unix socket, or of
/// another machine over mutual TLS.
package struct OperatorClient: OperatorService {
    let channel: OperatorChannel

    /// The daemon that listens on the Unix socket at `socketPath`.
    ///
    /// ``withLocalDaemon(socketPath:_:)`` makes the HTTP client too.
    package init(socketPath: String, client: HTTPClient) {
        channel = OperatorChannel(endpoint: .socket(path: socketPath), client: client)
    }

    /// The daemon of another machine.
    ///
    /// - Parameters:
    ///   - baseURL: for example `https://[fd00::1]:4318`, without a slash at the end.
    ///   - client: configured with the cluster's authority, this machine's certificate and a read timeout.
    package init(machine: MachineName, baseURL: String, client: HTTPClient) {
        channel = OperatorChannel(endpoint: .machine(name: machine, baseURL: baseURL), client: client)
    }

    /// Runs `body` with a client of the daemon at `socketPath`.
    package static func withLocalDaemon<Result: Sendable>(
        socketPath: String,
        _ body: @Sendable (OperatorClient) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // A daemon that is not there must be told at once, not after the pool has tried for ten seconds.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let result = try await body(OperatorClient(socketPath: socketPath, client: client))
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    package func version() async throws -> DaemonVersion { try await channel.call(.version) }

    package func initializeMesh(_ request: MeshInitRequest) async throws -> MeshStatus {
        try await channel.call(.initializeMesh, request)
    }

    package func join(_ request: JoinRequest) async throws -> MeshStatus { try await channel.call(.join, request) }

    package func meshStatus() async throws -> MeshStatus { try await channel.call(.meshStatus) }

    package func createInvite(_ request: InviteRequest) async throws -> Invite {
        try await channel.call(.createInvite, request)
    }

    package func invites() async throws -> InviteList { try await channel.call(.invites) }

    package func revokeInvite(_ request: RevocationRequest) async throws -> Revocation {
        try await channel.call(.revokeInvite, request)
    }

    package func machines() async throws -> MachineList { try await channel.call(.machines) }

    package func setLifecycle(_ request: LifecycleRequest) async throws -> LifecycleChange {
        try await channel.call(.setLifecycle, request)
    }

    package func status() async throws -> ClusterStatus { try await channel.call(.status) }

    package func previewDeploy(_ request: DeployRequest) async throws -> DeployPreview {
        try await channel.call(.previewDeploy, request)
    }

    package func deploy(_ request: DeployRequest) async throws -> DeployResult {
        try await channel.call(.deploy, request)
    }

    package func services() async throws -> ServiceList { try await channel.call(.services) }

    package func volumes() async throws -> VolumeList { try await channel.call(.volumes) }

    package func previewMigration(_ request: MoveRequest) async throws -> MigrationPreview {
        try await channel.call(.previewMigration, request)
    }

    package func renderManifest(_ request: RenderRequest) async throws -> RenderedManifest {
        try await channel.call(.renderManifest, request)
    }

    package func applyMigration(_ request: MoveRequest) async throws -> MigrationStart {
        try await channel.call(.applyMigration, request)
    }

    package func migrations() async throws -> MigrationList { try await channel.call(.migrations) }

    package func migration(_ id: OperationID) async throws -> MigrationDetail {
        try await channel.call(.migration, id: id.text)
    }

    package func watch(_ id: OperationID) async throws -> AsyncThrowingStream<MigrationNotice, any Error> {
        try await channel.stream(.watch, id: id.text)
    }

    package func cancelMigration(_ id: OperationID) async throws -> CancelAnswer {
        try await channel.call(.cancelMigration, id: id.text)
    }

    package func previewDrain(_ request: DrainRequest) async throws -> DrainReport {
        try await channel.call(.previewDrain, request)
    }

    package func startDrain(_ request: DrainRequest) async throws -> DrainStart {
        try await channel.call(.startDrain, request)
    }

    package func watchDrain(_ id: DrainID) async throws -> AsyncThrowingStream<DrainReport, any Error> {
        try await channel.stream(.watchDrain, id: id.text)
    }

    package func changeStorage(_ request: StorageRequest) async throws -> StorageChange {
        try await channel.call(.changeStorage, request)
    }

    package func snapshot(_ take: (SnapshotPiece) async throws -> Void) async throws {
        try await channel.pieces(.snapshot, take)
    }

    package func restore(_ request: RestoreRequest) async throws -> StoreRestoration {
        try await channel.call(.restore, request)
    }
}
