import PloyzMigration
import PloyzModel
import Synchronization

/// What a target's agent was told, by whom.
final class Orders: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A target's agent for orders from one machine: it notes them, and answers with samples or a failure.
struct FakePeer: Peer {
    static let facts = TargetFacts(
        storage: nil,
        availableSpace: ByteCount(.max),
        volumes: [],
        missingImages: ["sha256:00"],
        foreignListeners: [],
        architecture: "x86_64",
        obstacles: ["an address \"10.101.0.7\" / ü"]
    )
    static let ticket = TransferTicket(secret: "00", host: "fd00::1", port: 4319)
    static let report = StartReport(mount: Microseconds(1), start: Microseconds(2), readiness: Microseconds(3))

    let caller: MachineID
    let orders: Orders
    var failure: PloyzError?

    func facts(_ question: TargetQuestion) async throws -> TargetFacts {
        try note("facts of \(question.unit.members.count)")
        return Self.facts
    }

    func prepare(_ request: PrepareRequest) async throws { try note("prepare \(request.id)") }

    func ticket(_ request: TicketRequest) async throws -> TransferTicket {
        try note("ticket \(request.id)")
        return Self.ticket
    }

    func adopt(_ request: AdoptRequest) async throws { try note("adopt \(request.volume) \(request.guid)") }

    func start(_ request: StartRequest) async throws -> StartReport {
        try note("start \(request.snapshots.values.sorted())")
        return Self.report
    }

    func settle(_ request: SettleRequest) async throws { try note("settle \(request.id)") }

    func discard(_ request: DiscardRequest) async throws { try note("discard \(request.id)") }

    func follow(_ request: FollowRequest) async throws { try note("follow \(request.addresses)") }

    private func note(_ order: String) throws {
        orders.note("\(caller): \(order)")
        if let failure { throw failure }
    }
}
