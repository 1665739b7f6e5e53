import Glibc
package import Logging
package import PloyzMigration
import PloyzModel
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
    private let connectionLimit: Int
    private let active = Mutex(0)

    /// The port of the volume stream.
    package static let defaultPort = 4319
    /// How long a connection may take to show its ticket.
    static let headerLimit = Duration.seconds(10)
    /// How long the result may take to reach the source.
    static let resultLimit = Duration.seconds(10)
    /// How often the source is told that the sink is still at work on the end.
    static let heartbeat = Duration.seconds(1)

    /// Listens at once; connections are served while ``run()`` runs.
    ///
    /// - Parameters:
    ///   - host: a numeric address of this machine.
    ///   - port: 0 for any.
    ///   - connectionLimit: connections beyond it are closed.
    /// - Throws: ``PloyzError`` `failed` when the address cannot be listened on.
    package init(
        host: String,
        port: Int = StreamListener.defaultPort,
        tickets: TicketOffice,
        timekeeper: any Timekeeper,
        logger: Logger,
        connectionLimit: Int = 64
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
        self.connectionLimit = connectionLimit
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
                guard
                    active.withLock({ count in
                        guard count < connectionLimit else { return false }
                        count += 1
                        return true
                    })
                else {
                    logger.warning("too many streams at once", metadata: ["transfer.limit": "\(connectionLimit)"])
                    continue
                }
                group.addTask {
                    await self.serve(socket)
                    self.active.withLock { $0 -= 1 }
                }
            }
        }
    }

    private func serve(_ socket: StreamSocket) async {
        let result: StreamResult
        do {
            let header = try await header(from: socket)
            let sink = try tickets.redeem(header)
            result = .received(try await receive(socket, into: sink))
        } catch let error as PloyzError {
            result = .failed(error)
        } catch let refusal as TicketRegistry<any StreamSink>.Refusal {
            result = .failed(
                PloyzError(.ticketRefused, "the stream's ticket is \(refusal)", next: "repeat the command")
            )
        } catch {
            // The connection is gone, or was never a stream: there is nobody to tell.
            logger.info("stream ended", metadata: ["error": "\(error)"])
            socket.resetOnClose()
            return
        }
        if case .failed(let error) = result {
            logger.warning("stream failed", metadata: ["error": "\(error)"])
        }
        await answer(socket, result)
    }

    private func header(from socket: StreamSocket) async throws -> StreamHeader {
        let wake = try Wake()
        let timekeeper = timekeeper
        return try await BlockingThread.run(wake: wake) {
            let end = timekeeper.now + Self.headerLimit
            var bytes: [UInt8] = []
            while bytes.count < StreamHeader.length {
                let left = end - timekeeper.now
                guard left > .zero else { throw Errno.timedOut }
                let ready = try Poll.wait(
                    [.init(wake.reader, .readable), .init(socket.descriptor, .readable)],
                    timeout: left
                )
                guard ready[0].isEmpty else { throw CancellationError() }
                var piece = [UInt8](repeating: 0, count: StreamHeader.length - bytes.count)
                guard let count = try piece.withUnsafeMutableBytes({ try socket.receive(into: $0) }) else { continue }
                guard count > 0 else { throw Errno.connectionReset }
                bytes += piece[..<count]
                guard StreamHeader.canBegin(with: bytes) else { throw Errno.badMessage }
            }
            guard let header = StreamHeader(bytes: bytes) else { throw Errno.badMessage }
            return header
        }
    }

    // MARK: One stream

    private enum Part: Sendable {
        case sink(Result<UInt64, any Error>)
        case pump(Result<ReceivePump.Ending, any Error>)
        case heartbeat
    }

    /// Runs pump and sink side by side, each of which closes its end of the pipe when it is done.
    private func receive(_ socket: StreamSocket, into sink: any StreamSink) async throws -> TransferReceipt {
        let (reader, writer) = try Pipes.makeWide()
        let wake = try Wake()
        let pump = ReceivePump(socket: socket, timekeeper: timekeeper)
        return try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask {
                defer { try? reader.close() }
                do {
                    return .sink(.success(try await sink.read(from: reader)))
                } catch {
                    return .sink(.failure(error))
                }
            }
            group.addTask {
                defer { try? writer.close() }
                do {
                    return .pump(
                        .success(try await BlockingThread.run(wake: wake) { try pump.run(into: writer, wake: wake) })
                    )
                } catch {
                    return .pump(.failure(error))
                }
            }
            var received: Result<UInt64, any Error>?
            var pumped: Result<ReceivePump.Ending, any Error>?
            while received == nil || pumped == nil, let part = try await group.next() {
                switch part {
                case .sink(let result): received = result
                case .pump(let result):
                    pumped = result
                    if received == nil, case .success(.complete(let count)) = result {
                        group.addTask { try await self.beat(socket, count) }
                    }
                case .heartbeat: break
                }
            }
            group.cancelAll()
            guard let received, let pumped else { throw CancellationError() }
            // A sink that gives up closes the pipe, a connection that breaks ends it: the sink's own words are the
            // better ones unless the connection is gone.
            let ending = try pumped.get()
            let guid = try received.get()
            guard case .complete(let count) = ending else {
                throw PloyzError(.transferBroken, "more came than belongs to the stream", next: "repeat the command")
            }
            return TransferReceipt(bytes: count, guid: guid)
        }
    }

    private func beat(_ socket: StreamSocket, _ count: ByteCount) async throws -> Part {
        while !Task.isCancelled {
            do {
                try await timekeeper.sleep(for: Self.heartbeat)
            } catch {
                return .heartbeat
            }
            // Eight bytes fit, or the source has stopped reading and will be told by the result.
            _ = try? StreamAnswer.word(count.bytes).withUnsafeBytes { try socket.send($0) }
        }
        return .heartbeat
    }

    /// Tells the source the result, and waits until it has hung up: bytes that nobody reads would make the kernel
    /// reset the connection and take the result with them.
    private func answer(_ socket: StreamSocket, _ result: StreamResult) async {
        let timekeeper = timekeeper
        do {
            let wake = try Wake()
            let bytes = try StreamAnswer.result(result).bytes()
            try await BlockingThread.run(wake: wake) {
                let end = timekeeper.now + Self.resultLimit
                var rest = bytes[...]
                var waste = [UInt8](repeating: 0, count: 64 << 10)
                while true {
                    let left = end - timekeeper.now
                    guard left > .zero else { throw Errno.timedOut }
                    let ready = try Poll.wait(
                        [
                            .init(wake.reader, .readable),
                            .init(socket.descriptor, rest.isEmpty ? .readable : [.readable, .writable]),
                        ],
                        timeout: left
                    )
                    guard ready[0].isEmpty else { throw CancellationError() }
                    if !rest.isEmpty, ready[1].contains(.writable) {
                        rest = rest.dropFirst(try rest.withUnsafeBytes { try socket.send($0) })
                        if rest.isEmpty { socket.finishSending() }
                    }
                    if !ready[1].isDisjoint(with: [.readable, .gone]),
                        try waste.withUnsafeMutableBytes({ try socket.receive(into: $0) }) == 0, rest.isEmpty
                    {
                        return
                    }
                }
            }
        } catch {
            logger.info("the source did not take the result", metadata: ["error": "\(error)"])
            socket.resetOnClose()
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
