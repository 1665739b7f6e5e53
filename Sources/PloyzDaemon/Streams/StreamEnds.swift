import Logging
import PloyzContainers
import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS
import Synchronization

/// Both ends of this machine's streams: the tickets that it gives out, the listener that they open, and what it sends.
final class StreamEnds: TicketIssuer {
    private struct Issued: Sendable {
        let ticket: TransferTicket
        let content: TicketRequest.Content
        let receiving: ReceivingStream
    }

    private let office: TicketOffice
    private let host: String
    private let port: Int
    private let bufferSize: ByteCount
    private let volumes: ZFSVolumeStore?
    private let engine: DockerEngine
    private let timekeeper: any Timekeeper
    private let refusals: Refusals
    private let logger: Logger
    private let issued = Mutex<[AttemptID: [Issued]]>([:])

    /// The sending end.
    let transfer: StreamTransfer

    init(
        identity: MachineIdentity,
        configuration: DaemonConfiguration,
        volumes: ZFSVolumeStore?,
        engine: DockerEngine,
        timekeeper: any Timekeeper,
        refusals: Refusals,
        logger: Logger
    ) {
        host = identity.machine.managementAddress
        port = configuration.streamPort
        bufferSize = configuration.streamBuffer
        office = TicketOffice(host: host, port: port, timekeeper: timekeeper)
        self.volumes = volumes
        self.engine = engine
        self.timekeeper = timekeeper
        self.refusals = refusals
        self.logger = logger
        transfer = StreamTransfer(
            timekeeper: timekeeper,
            logger: logger,
            // The engine judges first, by the limit that the operator set. A receiver that is gone breaks the connection.
            stallLimit: .seconds(3600),
            bufferSize: bufferSize,
            volumeSource: { VolumeSource(volumes: volumes, stream: $0) },
            imageSource: { ImageSource(engine: engine, imageID: $0) }
        )
    }

    /// Serves the streams of other machines until the task is cancelled.
    func listen() async throws {
        try await StreamListener(
            host: host,
            port: port,
            tickets: office,
            timekeeper: timekeeper,
            refusals: refusals,
            logger: logger,
            bufferSize: bufferSize
        ).run()
    }

    func issue(_ request: TicketRequest) async throws -> TransferTicket {
        // Whoever asks anew has given the stream before up. On a link that swallows everything this end would not notice
        // for long, and its process would keep the dataset from the new one.
        await end(withdraw(of: request.id) { $0.content.isOfSameVolume(as: request.content) })
        let sink: any StreamSink
        var resume: ResumeToken?
        switch request.content {
        case .volume(let stream):
            guard let volumes else { throw PloyzError(.noStorage, "this machine has no ZFS") }
            let place: ReceivePlace = stream.base == nil ? .staging : .volume
            // The sender reads the token and compares. A ticket for a snapshot that is not taken yet cannot go on with one.
            resume = try await volumes.prepareReceive(
                stream.volume,
                into: place,
                keepsPartial: request.startsAnew != true && stream.snapshot.guid != 0
            )
            sink = VolumeSink(volumes: volumes, stream: stream, place: place)
        case .image(let id): sink = ImageSink(engine: engine, imageID: id)
        }
        let receiving = ReceivingStream(sink)
        var ticket = office.issue(for: receiving)
        ticket.resume = resume
        issued.withLock {
            // Nobody takes back what has come and gone; a migration that went well would be remembered for ever.
            $0 = $0.compactMapValues { tickets in
                let open = tickets.filter { !$0.receiving.isOver }
                return open.isEmpty ? nil : open
            }
            $0[request.id, default: []].append(
                Issued(ticket: ticket, content: request.content, receiving: receiving)
            )
        }
        return ticket
    }

    func revoke(_ id: AttemptID) async throws {
        let ids = issued.withLock { $0.keys.filter { $0.operation == id.operation && $0.attempt <= id.attempt } }
        for id in ids { await end(withdraw(of: id) { _ in true }) }
    }

    /// Forgets tickets of the attempt and returns them.
    private func withdraw(of id: AttemptID, where isMeant: (Issued) -> Bool) -> [Issued] {
        issued.withLock { issued in
            let tickets = issued[id] ?? []
            let kept = tickets.filter { !isMeant($0) }
            issued[id] = kept.isEmpty ? nil : kept
            return tickets.filter(isMeant)
        }
    }

    /// No connection is opened with the tickets any more, and nothing runs of those that were.
    private func end(_ tickets: [Issued]) async {
        for one in tickets { office.revoke(one.ticket) }
        for one in tickets { await one.receiving.end() }
    }
}

extension TicketRequest.Content {
    fileprivate func isOfSameVolume(as other: Self) -> Bool {
        switch (self, other) {
        case (.volume(let left), .volume(let right)): left.volume == right.volume
        case (.image(let left), .image(let right)): left == right
        default: false
        }
    }
}
