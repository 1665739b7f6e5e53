import Logging
import PloyzMigration
import PloyzModel
import PloyzTransfer

/// A listener on the loopback, and senders to it.
struct LoopbackLink: Sendable {
    let office: TicketOffice
    let port: Int
    var bufferSize = StreamBuffer.standard

    static func with(
        limit: Int = 8,
        bufferSize: ByteCount = StreamBuffer.standard,
        _ body: (LoopbackLink) async throws -> Void
    ) async throws {
        let time = SystemTimekeeper()
        let office = TicketOffice(host: "::1", port: 0, timekeeper: time)
        let listener = try StreamListener(
            host: "::1",
            port: 0,
            tickets: office,
            timekeeper: time,
            logger: Logger(label: "listener"),
            connectionLimit: limit,
            bufferSize: bufferSize
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await listener.run() }
            try await body(LoopbackLink(office: office, port: listener.port, bufferSize: bufferSize))
            group.cancelAll()
        }
    }

    func ticket(_ sink: some StreamSink, lifetime: Duration = .seconds(60)) -> TransferTicket {
        TransferTicket(secret: office.issue(for: sink, lifetime: lifetime).secret, host: "::1", port: port)
    }

    func send(
        _ source: some StreamSource,
        with ticket: TransferTicket,
        stallLimit: Duration = .seconds(30),
        progress: @escaping @Sendable (ByteCount) -> Void = { _ in }
    ) async throws -> TransferReceipt {
        try await transfer(source, stallLimit: stallLimit).sendImage("image", with: ticket, progress: progress)
    }

    func transfer(_ source: some StreamSource, stallLimit: Duration = .seconds(30)) -> StreamTransfer {
        StreamTransfer(
            timekeeper: SystemTimekeeper(),
            logger: Logger(label: "transfer"),
            stallLimit: stallLimit,
            bufferSize: bufferSize,
            volumeSource: { _ in source },
            imageSource: { _ in source }
        )
    }
}
