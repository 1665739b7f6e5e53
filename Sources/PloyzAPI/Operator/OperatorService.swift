package import PloyzMigration
package import PloyzModel

/// Everything that an operator can ask of a daemon. The daemon implements it, the router translates HTTP into it, and
/// the client is the same protocol on the other side of the wire.
///
/// Contract:
/// - Failures are ``PloyzError``; a precondition that fails leaves everything untouched.
/// - Every call may be repeated and sent to any daemon of the cluster; a daemon forwards what is not its own.
package protocol OperatorService: Sendable {
    /// Answers in any state of the daemon, without a cluster too.
    func version() async throws -> DaemonVersion

    /// Founds a cluster on this machine.
    func initializeMesh(_ request: MeshInitRequest) async throws -> MeshStatus
    /// Joins this machine to the cluster that the token names.
    func join(_ request: JoinRequest) async throws -> MeshStatus
    func meshStatus() async throws -> MeshStatus
    func createInvite(_ request: InviteRequest) async throws -> Invite
    func invites() async throws -> InviteList
    /// - Throws: ``PloyzError`` `unknown-invite` when no invitation that was not used has the ID.
    func revokeInvite(_ request: RevocationRequest) async throws -> Revocation

    func machines() async throws -> MachineList
    func setLifecycle(_ request: LifecycleRequest) async throws -> LifecycleChange
    /// Takes a machine out of the cluster, at once and for good; or tells what that would do.
    func removeMachine(_ request: MachineRemovalRequest) async throws -> MachineRemoval
    func renameMachine(_ request: MachineRenameRequest) async throws -> MachineRenaming
    func updateMachine(_ request: MachineUpdateRequest) async throws -> MachineLabels
    func roundTrips(_ request: RoundTripRequest) async throws -> RoundTripMatrix
    func status() async throws -> ClusterStatus

    /// What ``deploy(_:)`` would do. Changes nothing.
    func previewDeploy(_ request: DeployRequest) async throws -> DeployPreview
    /// Makes the cluster what the manifest says; returns when the services run. Moves in its intent are started, not
    /// waited for: ``watch(_:)`` follows them.
    func deploy(_ request: DeployRequest) async throws -> DeployResult
    func services() async throws -> ServiceList
    func volumes() async throws -> VolumeList

    /// What ``applyMigration(_:)`` would do. Changes nothing.
    func previewMigration(_ request: MoveRequest) async throws -> MigrationPreview
    /// The manifest that ``applyMigration(_:)`` submits to ``deploy(_:)``.
    func renderManifest(_ request: RenderRequest) async throws -> RenderedManifest
    /// Starts a migration, or attaches to the same one that runs already. Returns when the operation is recorded, or
    /// throws what the preconditions refuse; ``watch(_:)`` tells how it goes.
    func applyMigration(_ request: MoveRequest) async throws -> MigrationStart
    func migrations() async throws -> MigrationList
    func migration(_ id: OperationID) async throws -> MigrationDetail
    /// What happened in the operation's current run so far, then what happens, as it happens; the last is `finished`.
    /// Of an operation that has ended it may be just that one. Ending the stream does not touch the operation.
    func watch(_ id: OperationID) async throws -> AsyncThrowingStream<MigrationNotice, any Error>
    /// Asks that the operation ends without a move. Returns when the machine that drives it has taken the wish, not when
    /// the workload is back: ``watch(_:)`` tells that.
    ///
    /// - Throws: ``PloyzError`` `too-late` after the commit.
    func cancelMigration(_ id: OperationID) async throws -> CancelAnswer

    /// What ``startDrain(_:)`` would do. Changes nothing.
    func previewDrain(_ request: DrainRequest) async throws -> DrainReport
    /// Begins to move everything off a machine, or what was moved off it home, or attaches to the same drain that runs.
    /// Returns when the drain is recorded, or throws what refuses it; ``watchDrain(_:)`` tells how it goes.
    func startDrain(_ request: DrainRequest) async throws -> DrainStart
    /// The drain now, and again whenever something of it has changed; the last has ended. Ending the stream does not touch
    /// the drain.
    func watchDrain(_ id: DrainID) async throws -> AsyncThrowingStream<DrainReport, any Error>

    /// Makes a machine a member of the store, or lets it be one no longer; returns when it is. Given again after an
    /// interruption, it goes on.
    func changeStorage(_ request: StorageRequest) async throws -> StorageChange
    /// Hands out the store as a file of its own, piece by piece; its last 32 bytes are the SHA-256 of those before.
    func snapshot(_ take: (SnapshotPiece) async throws -> Void) async throws
    /// Makes a store of one member, on this machine, from a snapshot that lies on it.
    func restore(_ request: RestoreRequest) async throws -> StoreRestoration
}
