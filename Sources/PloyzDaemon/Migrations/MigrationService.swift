import Logging
import PloyzAPI
import PloyzMigration
import PloyzModel

/// The migrations that this machine drives, and its part in those of others.
final class MigrationService: Sendable {
    private let seams: MachineSeams
    private let mirror: ClusterMirror
    private let peers: MachineDirectory
    private let streams: StreamEnds
    private let logger: Logger
    private let hub = EventHub()
    let agent: any Peer = NoPeer()

    init(
        seams: MachineSeams, mirror: ClusterMirror, peers: MachineDirectory, streams: StreamEnds, logger: Logger
    ) {
        self.seams = seams
        self.mirror = mirror
        self.peers = peers
        self.streams = streams
        self.logger = logger
    }

    func prepare() async throws {}
    func run() async {}

    func preview(_ request: MoveRequest) async throws -> MigrationPreview { throw PloyzError(.failed, "not wired") }
    func apply(_ request: MoveRequest) async throws -> MigrationStart { throw PloyzError(.failed, "not wired") }
    func record(_ id: OperationID) async throws -> OperationRecord { throw PloyzError(.failed, "not wired") }
    func watch(_ id: OperationID) async throws -> AsyncThrowingStream<MigrationNotice, any Error> {
        throw PloyzError(.failed, "not wired")
    }
}

struct NoPeer: Peer {
    func facts(_ question: TargetQuestion) async throws -> TargetFacts { throw PloyzError(.failed, "not wired") }
    func prepare(_ request: PrepareRequest) async throws { throw PloyzError(.failed, "not wired") }
    func ticket(_ request: TicketRequest) async throws -> TransferTicket { throw PloyzError(.failed, "not wired") }
    func adopt(_ request: AdoptRequest) async throws { throw PloyzError(.failed, "not wired") }
    func start(_ request: StartRequest) async throws -> StartReport { throw PloyzError(.failed, "not wired") }
    func settle(_ request: SettleRequest) async throws { throw PloyzError(.failed, "not wired") }
    func discard(_ request: DiscardRequest) async throws { throw PloyzError(.failed, "not wired") }
}
