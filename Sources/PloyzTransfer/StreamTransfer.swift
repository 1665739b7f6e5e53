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
    private let open = Mutex<[String: StreamSocket]>([:])

    /// How long the receiver may acknowledge nothing of what it was sent.
    package static let stallLimit = Duration.seconds(30)
    /// How long a connection may take to be made.
    static let connectLimit = Duration.seconds(10)

    /// - Parameters:
    ///   - volumeSource: who writes a volume's stream.
    ///   - imageSource: who writes an image, told by its ID.
    package init(
        timekeeper: any Timekeeper,
        logger: Logger,
        stallLimit: Duration = StreamTransfer.stallLimit,
        volumeSource: @escaping @Sendable (VolumeStream) -> any StreamSource,
        imageSource: @escaping @Sendable (String) -> any StreamSource
    ) {
        Pipes.brokenPipesAreErrors
        self.timekeeper = timekeeper
        self.logger = logger
        self.stallLimit = stallLimit
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

    private enum Part: Sendable {
        case source(Result<Void, any Error>)
        case pump(Result<(SendPump, SendPump.Ending), any Error>)
    }

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
    /// Each holds one end of the pipe and closes it when it is done, which ends the other one. Of two failures the one
    /// that came first is the cause: the other is only told that its pipe broke.
    private func stream(_ source: any StreamSource, through pump: SendPump) async throws -> SendPump {
        let (reader, writer) = try Pipes.makeWide()
        let wake = try Wake()
        return try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask {
                defer { try? writer.close() }
                do {
                    return .source(.success(try await source.write(to: writer)))
                } catch {
                    return .source(.failure(error))
                }
            }
            group.addTask {
                defer { try? reader.close() }
                do {
                    return .pump(
                        .success(
                            try await BlockingThread.run(wake: wake) {
                                var pump = pump
                                let ending = try pump.stream(from: reader, wake: wake)
                                return (pump, ending)
                            }
                        )
                    )
                } catch {
                    return .pump(.failure(error))
                }
            }
            var drained: SendPump?
            var failure: (any Error)?
            for try await part in group {
                switch part {
                case .source(.success): break
                case .source(.failure(let error)):
                    failure = failure ?? error
                    wake.trip()
                case .pump(.success((let pump, .drained))): drained = pump
                case .pump(.success((_, .result(.failed(let error))))):
                    failure = failure ?? error
                    group.cancelAll()
                case .pump(.success((_, .result(.received)))):
                    failure = failure ?? PloyzError.broken("it gave a receipt before the stream's end", "the target")
                    group.cancelAll()
                case .pump(.failure(let error)):
                    failure = failure ?? error
                    group.cancelAll()
                }
            }
            try Task.checkCancellation()
            if let failure { throw failure }
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
