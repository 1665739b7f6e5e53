import Logging
import PloyzMigration
import PloyzModel
import PloyzTransfer
import PloyzZFS
import SystemPackage

struct VolumeSource: StreamSource {
    let store: ZFSVolumeStore
    let stream: VolumeStream

    func write(to descriptor: FileDescriptor) async throws { try await store.sendProcess(stream, to: descriptor) }
}

struct VolumeSink: StreamSink {
    let store: ZFSVolumeStore
    let volume: VolumeRef
    let place: ReceivePlace
    let expected: UInt64?

    func read(from descriptor: FileDescriptor) async throws -> UInt64 {
        try await store.receiveProcess(volume, into: place, from: descriptor, expecting: expected).guid
    }
}

/// A listener on the loopback, for streams from one machine of the pool to another.
struct StreamLink: Sendable {
    let tickets: TicketOffice

    static func with(_ body: (StreamLink) async throws -> Void) async throws {
        let time = SystemTimekeeper()
        let logger = Logger(label: "link")
        // The port is known after the listener is there, which needs an office: one for any port, then the real one.
        let office = TicketOffice(host: "::1", port: 0, timekeeper: time)
        let listener = try StreamListener(host: "::1", port: 0, tickets: office, timekeeper: time, logger: logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await listener.run() }
            try await body(StreamLink(tickets: office, port: listener.port))
            group.cancelAll()
        }
    }

    private let port: Int

    private init(tickets: TicketOffice, port: Int) {
        self.tickets = tickets
        self.port = port
    }

    func ticket(_ sink: some StreamSink) -> TransferTicket {
        TransferTicket(secret: tickets.issue(for: sink).secret, host: "::1", port: port)
    }

    /// Sends from one machine to another and returns what arrived.
    @discardableResult
    func send(
        _ volume: VolumeRef,
        from source: PoolMachine,
        to target: PoolMachine,
        base: VolumeSnapshot?,
        _ snapshot: VolumeSnapshot,
        intermediates: Bool = false,
        progress: @escaping @Sendable (ByteCount) -> Void = { _ in }
    ) async throws -> TransferReceipt {
        let place: ReceivePlace = base == nil ? .staging : .volume
        try await target.store.prepareReceive(volume, into: place)
        let ticket = ticket(
            VolumeSink(store: target.store, volume: volume, place: place, expected: snapshot.guid)
        )
        return try await transfer(source).send(
            VolumeStream(volume: volume, base: base, snapshot: snapshot, includesIntermediates: intermediates),
            with: ticket,
            progress: progress
        )
    }

    func transfer(_ source: PoolMachine) -> StreamTransfer {
        let store = source.store
        return StreamTransfer(
            timekeeper: SystemTimekeeper(),
            logger: Logger(label: "transfer"),
            volumeSource: { VolumeSource(store: store, stream: $0) },
            imageSource: { _ in NoSource() }
        )
    }
}

private struct NoSource: StreamSource {
    func write(to descriptor: FileDescriptor) async throws { throw PloyzError(.failed, "no image here") }
}
