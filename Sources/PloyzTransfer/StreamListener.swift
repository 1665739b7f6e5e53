import Glibc
package import Logging
package import PloyzMigration
package import PloyzModel
import Synchronization
import SystemPackage

/// The receiving end: listens on the management address, checks each connection's ticket, and feeds the stream to the
/// sink that the ticket was issued for.
package final class StreamListener: Sendable {
    /// The port that it listens on; of interest where 0 was asked for.
    package let port: Int

    private let listening: FileDescriptor
    private let tickets: TicketOffice
    private let timekeeper: any Timekeeper
    private let logger: Logger
    private let bufferSize: ByteCount
    private let refusals: Refusals
    private let connectionLimit: Int
    private let active = Mutex(0)
    /// Those that have not shown a ticket.
    private let strangers: Mutex<ConnectionBounds<[UInt8]>>

    /// The port of the volume stream.
    package static let defaultPort = 4319
    /// Listens at once; connections are served while ``run()`` runs.
    ///
    /// - Parameters:
    ///   - host: a numeric address of this machine.
    ///   - port: 0 for any.
    ///   - refusals: counts what strangers tried.
    ///   - connectionLimit: connections beyond it are closed; strangers may have half of them, those of one address a
    ///     quarter. A service may have as many volumes, whose streams all begin at once.
    ///   - bufferSize: bytes of memory that a stream may take, from its ticket to its end.
    /// - Throws: ``PloyzError`` `failed` when the address cannot be listened on.
    package init(
        host: String,
        port: Int = StreamListener.defaultPort,
        tickets: TicketOffice,
        timekeeper: any Timekeeper,
        refusals: Refusals = Refusals(),
        logger: Logger,
        connectionLimit: Int = 256,
        bufferSize: ByteCount = StreamBuffer.standard
    ) throws {
        Pipes.brokenPipesAreErrors
        guard let address = SocketAddress(host: host, port: port) else {
            throw PloyzError(.failed, "'\(host)' port \(port) is no address to listen on for streams")
        }
        do {
            listening = try address.listen(backlog: 32)
        } catch {
            throw PloyzError(
                .failed,
                "cannot listen on \(address) for streams: \(error)",
                next: "find who does: ss -ltnp sport = :\(port)"
            )
        }
        self.port = SocketAddress.port(of: listening)
        self.tickets = tickets
        self.timekeeper = timekeeper
        self.logger = logger
        self.refusals = refusals
        self.connectionLimit = connectionLimit
        strangers = Mutex(ConnectionBounds(perAddress: max(1, connectionLimit / 4), total: max(1, connectionLimit / 2)))
        self.bufferSize = bufferSize
    }

    deinit { try? listening.close() }

    /// Serves connections until the task is cancelled.
    package func run() async throws {
        let wake = try Wake()
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let descriptor: FileDescriptor?
                do {
                    descriptor = try await BlockingThread.run(wake: wake) { [listening] in
                        try Self.accept(listening, wake: wake)
                    }
                } catch {
                    // Out of descriptors or memory: streams that end give some back.
                    logger.error("no stream can be accepted", metadata: ["error": "\(error)"])
                    try await timekeeper.sleep(for: .seconds(1))
                    continue
                }
                guard let descriptor else { return }
                let socket = StreamSocket(descriptor)
                let address = SocketAddress.peer(of: descriptor)
                do throws(ConnectionBounds<[UInt8]>.Refusal) {
                    try open(address)
                } catch {
                    refusals.count(error.rawValue)
                    socket.resetOnClose()
                    continue
                }
                group.addTask {
                    let stranger = Once { self.strangers.withLock { $0.close(address) } }
                    await Reception(
                        socket: socket,
                        tickets: self.tickets,
                        bufferSize: self.bufferSize,
                        timekeeper: self.timekeeper,
                        refusals: self.refusals,
                        logger: self.logger,
                        isKnown: { stranger.run() }
                    ).serve()
                    stranger.run()
                    self.active.withLock { $0 -= 1 }
                }
            }
        }
    }

    /// Counts a connection, as a stranger's for now.
    private func open(_ address: [UInt8]) throws(ConnectionBounds<[UInt8]>.Refusal) {
        try active.withLock { count throws(ConnectionBounds<[UInt8]>.Refusal) in
            guard count < connectionLimit else { throw .total }
            try strangers.withLock { bounds throws(ConnectionBounds<[UInt8]>.Refusal) in try bounds.open(address) }
            count += 1
        }
    }

    /// The next connection; nil when the listener is to end.
    private static func accept(_ listening: FileDescriptor, wake: Wake) throws -> FileDescriptor? {
        while true {
            let ready = try Poll.wait([.init(wake.reader, .readable), .init(listening, .readable)], timeout: nil)
            guard ready[0].isEmpty else { return nil }
            let descriptor = FileDescriptor(rawValue: Glibc.accept(listening.rawValue, nil, nil))
            if descriptor.rawValue >= 0 {
                Pipes.closeInChildren(descriptor)
                return descriptor
            }
            switch errno {
            // The connection was gone before it was taken (accept(2)).
            case EAGAIN, EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTUNREACH: continue
            default: throw Errno(rawValue: errno)
            }
        }
    }
}
