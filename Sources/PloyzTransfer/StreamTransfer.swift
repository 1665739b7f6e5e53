package import Logging
package import PloyzMigration
package import PloyzModel
import Synchronization
import SystemPackage

/// The sending end of streams to other machines.
package final class StreamTransfer: Transfer {
    private let volumeSource: @Sendable (VolumeStream) -> any StreamSource
    private let imageSource: @Sendable (String) -> any StreamSource
    private let timekeeper: any Timekeeper
    private let logger: Logger
    private let stallLimit: Duration
    private let bufferSize: ByteCount
    private let open = Mutex<[String: StreamSocket]>([:])

    /// How long the receiver may acknowledge nothing of what it was sent.
    package static let stallLimit = Duration.seconds(30)
    /// How long a connection may take to be made.
    static let connectLimit = Duration.seconds(10)

    /// - Parameters:
    ///   - bufferSize: bytes of memory that each stream may take while it runs.
    ///   - volumeSource: who writes a volume's stream.
    ///   - imageSource: who writes an image, told by its ID.
    package init(
        timekeeper: any Timekeeper,
        logger: Logger,
        stallLimit: Duration = StreamTransfer.stallLimit,
        bufferSize: ByteCount = StreamBuffer.standard,
        volumeSource: @escaping @Sendable (VolumeStream) -> any StreamSource,
        imageSource: @escaping @Sendable (String) -> any StreamSource
    ) {
        Pipes.brokenPipesAreErrors
        self.timekeeper = timekeeper
        self.logger = logger
        self.stallLimit = stallLimit
        self.bufferSize = bufferSize
        self.volumeSource = volumeSource
        self.imageSource = imageSource
    }

    /// Connects and shows the ticket ahead of time, so that the target has `zfs receive` waiting when the stream
    /// begins. ``send(_:with:progress:)`` with the same ticket uses the connection.
    package func open(_ ticket: TransferTicket) async throws {
        let socket = try await connect(ticket)
        open.withLock { $0[ticket.secret] = socket }
    }

    /// Gives up a connection that was opened and is not needed.
    package func close(_ ticket: TransferTicket) {
        open.withLock { $0.removeValue(forKey: ticket.secret) }?.resetOnClose()
    }

    package func send(
        _ stream: VolumeStream,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt {
        let receipt = try await send(from: volumeSource(stream), with: ticket, progress: progress)
        guard receipt.guid == stream.snapshot.guid else {
            throw PloyzError(
                .transferBroken,
                "the target received a snapshot with GUID \(receipt.guid) instead of \(stream.snapshot.guid)",
                state: "the target keeps what it received",
                next: "zfs list -r -t snapshot on both machines"
            )
        }
        return receipt
    }

    package func sendImage(
        _ imageID: String,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt {
        try await send(from: imageSource(imageID), with: ticket, progress: progress)
    }

    // MARK: One stream

    private func send(
        from source: any StreamSource,
        with ticket: TransferTicket,
        progress: @Sendable @escaping (ByteCount) -> Void
    ) async throws -> TransferReceipt {
        let start = timekeeper.now
        let opened = open.withLock { $0.removeValue(forKey: ticket.secret) }
        let socket = if let opened { opened } else { try await connect(ticket) }
        let peer = "[\(ticket.host)]:\(ticket.port)"
        let pump = SendPump(
            socket: socket,
            peer: peer,
            stallLimit: stallLimit,
            bufferSize: bufferSize,
            timekeeper: timekeeper,
            progress: progress
        )
        do {
            let sent = try await stream(source, through: pump)
            let wake = try Wake()
            let result = try await BlockingThread.run(wake: wake) {
                var pump = sent
                return try pump.finish(wake: wake)
            }
            let receipt = try receipt(result)
            guard receipt.bytes.bytes == sent.sent else {
                throw PloyzError.broken("\(receipt.bytes) of \(ByteCount(sent.sent)) arrived", peer)
            }
            logger.debug(
                "stream was received",
                metadata: [
                    "transfer.bytes": "\(receipt.bytes.bytes)",
                    "transfer.microseconds": "\(Microseconds(timekeeper.now - start).count)",
                ]
            )
            return receipt
        } catch {
            // Closing in good order would tell the target that the stream is whole.
            socket.resetOnClose()
            throw error
        }
    }

    /// Runs source and pump side by side and returns when all bytes are with the socket.
    ///
    /// Each holds one end of the pipe and closes it when it is done, which ends the other one. Of two failures the
    /// first is the cause, and it is noted before the end is closed: the other side only sees its pipe break.
    private func stream(_ source: any StreamSource, through pump: SendPump) async throws -> SendPump {
        let (reader, writer) = try Pipes.makeWide()
        let wake = try Wake()
        let cause = FirstError()
        return try await withThrowingTaskGroup(of: SendPump?.self) { group in
            group.addTask {
                defer { try? writer.close() }
                do {
                    try await source.write(to: writer)
                } catch {
                    cause.note(error)
                    wake.trip()
                }
                return nil
            }
            group.addTask {
                defer { try? reader.close() }
                do {
                    return try await BlockingThread.run(wake: wake) {
                        var pump = pump
                        switch try pump.stream(from: reader, wake: wake) {
                        case .drained: return pump
                        case .result(.failed(let error)): throw error
                        case .result(.received): throw PloyzError.early(ByteCount(pump.sent))
                        }
                    }
                } catch {
                    cause.note(error)
                    return nil
                }
            }
            var drained: SendPump?
            for try await pump in group {
                drained = drained ?? pump
                // The source need not wait for its pipe to break.
                if cause.error != nil { group.cancelAll() }
            }
            try Task.checkCancellation()
            if let error = cause.error { throw error }
            guard let drained else { throw CancellationError() }
            return drained
        }
    }

    private func connect(_ ticket: TransferTicket) async throws -> StreamSocket {
        let secret = Array(ticket.secret.utf8)
        guard let address = SocketAddress(host: ticket.host, port: ticket.port),
            let header = StreamHeader(bytes: StreamHeader.magic + secret + [UInt8(ascii: "\n")])
        else { throw PloyzError(.ticketRefused, "the ticket for \(ticket.host) is malformed") }
        let wake = try Wake()
        do {
            return try await BlockingThread.run(wake: wake) {
                let socket = try address.connect(limit: Self.connectLimit, wake: wake)
                // A new connection has room for it.
                let count = try header.bytes.withUnsafeBytes { try socket.send($0) }
                guard count == StreamHeader.length else { throw Errno.noBufferSpace }
                return socket
            }
        } catch let error as Errno {
            throw PloyzError(
                .transferBroken,
                "no connection to \(address) for the stream: \(error)",
                next: "see whether the machine is reachable: ployzctl mesh status"
            )
        }
    }

    private func receipt(_ result: StreamResult) throws -> TransferReceipt {
        switch result {
        case .received(let receipt): return receipt
        case .failed(let error): throw error
        }
    }
}
