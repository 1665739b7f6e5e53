import Foundation
package import PloyzAPI
package import PloyzMigration
package import PloyzModel
import Synchronization

/// An operator service that answers every call with ``Samples`` and keeps what it was asked.
package final class FakeOperatorService: OperatorService {
    /// What each call throws instead of answering.
    private let failure: PloyzError?
    private let start: MigrationStart
    private let preview: MigrationPreview
    private let deployed: DeployResult
    private let drainEnds: Bool
    private let stream: (@Sendable (Int) -> AsyncThrowingStream<MigrationNotice, any Error>)?
    private let asked = Mutex<[String]>([])
    private let watches = Mutex(0)
    private let wasCancelled = Mutex(false)

    /// - Parameters:
    ///   - start: the answer to ``applyMigration(_:)``.
    ///   - drainEnds: whether the answer to ``watchDrain(_:)`` ends; else it is one report and silence.
    ///   - stream: the answer to ``watch(_:)``, given how often it was called before; without it a migration that ends
    ///     well, or one that was cancelled after ``cancelMigration(_:)``.
    package init(
        failure: PloyzError? = nil,
        start: MigrationStart = Samples.start,
        preview: MigrationPreview = Samples.preview,
        deployed: DeployResult = Samples.deployed,
        drainEnds: Bool = true,
        stream: (@Sendable (Int) -> AsyncThrowingStream<MigrationNotice, any Error>)? = nil
    ) {
        self.failure = failure
        self.start = start
        self.preview = preview
        self.deployed = deployed
        self.drainEnds = drainEnds
        self.stream = stream
    }

    /// A stream of these events that ends, with `failure` when there is one.
    package static func events(
        _ notices: [MigrationNotice],
        failure: PloyzError? = nil
    ) -> AsyncThrowingStream<MigrationNotice, any Error> {
        AsyncThrowingStream { feed in
            for notice in notices { feed.yield(notice) }
            feed.finish(throwing: failure)
        }
    }

    /// The calls so far: the route, and the request as JSON where it has one.
    package var calls: [String] { asked.withLock { $0 } }

    package func version() throws -> DaemonVersion { try answer(.version, Samples.version) }

    package func initializeMesh(_ request: MeshInitRequest) throws -> MeshStatus {
        try answer(.initializeMesh, Samples.mesh, to: request)
    }

    package func join(_ request: JoinRequest) throws -> MeshStatus { try answer(.join, Samples.mesh, to: request) }

    package func meshStatus() throws -> MeshStatus { try answer(.meshStatus, Samples.mesh) }

    package func createInvite(_ request: InviteRequest) throws -> Invite {
        try answer(.createInvite, Samples.invite, to: request)
    }

    package func machines() throws -> MachineList { try answer(.machines, Samples.machines) }

    package func invites() throws -> InviteList { try answer(.invites, Samples.invites) }

    package func revokeInvite(_ request: RevocationRequest) throws -> Revocation {
        try answer(.revokeInvite, Revocation(id: request.id), to: request)
    }

    package func setLifecycle(_ request: LifecycleRequest) throws -> LifecycleChange {
        let change = LifecycleChange(machine: Samples.m2, before: .active, after: request.lifecycle)
        return try answer(.setLifecycle, change, to: request)
    }

    package func removeMachine(_ request: MachineRemovalRequest) throws -> MachineRemoval {
        try answer(.removeMachine, request.isPreview ? Samples.removalPreview : Samples.removal, to: request)
    }

    package func renameMachine(_ request: MachineRenameRequest) throws -> MachineRenaming {
        let place = MachinePlace(id: Samples.m2.id, name: request.name)
        return try answer(.renameMachine, MachineRenaming(machine: place, before: Samples.m2.name), to: request)
    }

    package func updateMachine(_ request: MachineUpdateRequest) throws -> MachineLabels {
        try answer(.updateMachine, MachineLabels(machine: Samples.m2, labels: request.labels), to: request)
    }

    package func roundTrips(_ request: RoundTripRequest) throws -> RoundTripMatrix {
        try answer(.roundTrips, Samples.roundTrips, to: request)
    }

    package func status() throws -> ClusterStatus { try answer(.status, Samples.status) }

    package func previewDeploy(_ request: DeployRequest) throws -> DeployPreview {
        try answer(.previewDeploy, Samples.deployPreview, to: request)
    }

    package func deploy(_ request: DeployRequest) throws -> DeployResult {
        try answer(.deploy, deployed, to: request)
    }

    package func services() throws -> ServiceList { try answer(.services, Samples.services) }

    package func volumes() throws -> VolumeList { try answer(.volumes, Samples.volumes) }

    package func previewMigration(_ request: MoveRequest) throws -> MigrationPreview {
        try answer(.previewMigration, preview, to: request)
    }

    package func renderManifest(_ request: RenderRequest) throws -> RenderedManifest {
        try answer(.renderManifest, Samples.rendered, to: request)
    }

    package func applyMigration(_ request: MoveRequest) throws -> MigrationStart {
        try answer(.applyMigration, start, to: request)
    }

    package func migrations() throws -> MigrationList { try answer(.migrations, Samples.migrations) }

    package func migration(_ id: OperationID) throws -> MigrationDetail {
        try answer(.migration, Samples.detail, path: id.text)
    }

    package func watch(_ id: OperationID) throws -> AsyncThrowingStream<MigrationNotice, any Error> {
        let before = watches.withLock { count in
            count += 1
            return count - 1
        }
        let usual = wasCancelled.withLock { $0 } ? Samples.cancelledNotices : Samples.notices
        return try answer(.watch, stream?(before) ?? Self.events(usual), path: id.text)
    }

    package func cancelMigration(_ id: OperationID) throws -> CancelAnswer {
        wasCancelled.withLock { $0 = true }
        return try answer(.cancelMigration, CancelAnswer(operation: id, outcome: .cancelling), path: id.text)
    }

    package func previewDrain(_ request: DrainRequest) throws -> DrainReport {
        try answer(.previewDrain, Samples.plannedDrain, to: request)
    }

    package func startDrain(_ request: DrainRequest) throws -> DrainStart {
        try answer(.startDrain, DrainStart(attached: false, drain: Samples.runningDrain), to: request)
    }

    package func watchDrain(_ id: DrainID) throws -> AsyncThrowingStream<DrainReport, any Error> {
        let (reports, feed) = AsyncThrowingStream.makeStream(of: DrainReport.self, throwing: (any Error).self)
        feed.yield(Samples.runningDrain)
        if drainEnds {
            feed.yield(Samples.endedDrain)
            feed.finish()
        }
        return try answer(.watchDrain, reports, path: id.text)
    }

    package func changeStorage(_ request: StorageRequest) throws -> StorageChange {
        try answer(.changeStorage, Samples.storageChange, to: request)
    }

    package func snapshot(_ take: (SnapshotPiece) async throws -> Void) async throws {
        for piece in try answer(.snapshot, Samples.snapshot) { try await take(piece) }
    }

    package func restore(_ request: RestoreRequest) throws -> StoreRestoration {
        try answer(.restore, Samples.restoration, to: request)
    }

    private func answer<Answer>(_ route: OperatorRoute, _ answer: Answer, path: String = "") throws -> Answer {
        asked.withLock { $0.append(route.path(id: path)) }
        if let failure { throw failure }
        return answer
    }

    private func answer<Answer>(_ route: OperatorRoute, _ answer: Answer, to request: some Document) throws -> Answer {
        let text = String(decoding: try DocumentForm.encode(request), as: UTF8.self)
        asked.withLock { $0.append("\(route.path()) \(text)") }
        if let failure { throw failure }
        return answer
    }
}
