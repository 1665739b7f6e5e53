import Logging
import PloyzMigration
import PloyzModel
import SystemPackage

/// One connection on the receiving side: ticket, stream, result.
struct Reception: Sendable {
    let socket: StreamSocket
    let tickets: TicketOffice
    let bufferSize: ByteCount
    let timekeeper: any Timekeeper
    let refusals: Refusals
    let logger: Logger
    /// Called once the connection has shown a good ticket, or is over.
    let isKnown: @Sendable () -> Void

    /// How long a connection may take to show its ticket.
    static let headerLimit = Duration.seconds(10)
    /// How long the result may take to reach the source.
    static let resultLimit = Duration.seconds(10)
    /// How often the source is told that the sink is still at work on the end.
    static let heartbeat = Duration.seconds(1)

    func serve() async {
        let result: StreamResult
        do {
            let header = try await header()
            let sink = try tickets.redeem(header)
            isKnown()
            result = .received(try await receive(into: sink))
        } catch let error as PloyzError {
            result = .failed(error)
        } catch let refusal as TicketRegistry<any StreamSink>.Refusal {
            refusals.count("ticket-\(refusal)")
            result = .failed(
                PloyzError(.ticketRefused, "the stream's ticket is \(refusal)", next: "repeat the command")
            )
        } catch {
            if error as? Errno == .badMessage { refusals.count("stream-header") }
            if error as? Errno == .timedOut { refusals.count("slow-ticket") }
            // The connection is gone, or was never a stream: there is nobody to tell.
            logger.info("stream ended", metadata: ["error": "\(error)"])
            socket.resetOnClose()
            return
        }
        if case .failed(let error) = result {
            logger.warning("stream failed", metadata: ["error": "\(error)"])
        }
        await answer(result)
    }

    private func header() async throws -> StreamHeader {
        let wake = try Wake()
        return try await BlockingThread.run(wake: wake) { [socket, timekeeper] in
            let end = timekeeper.now + Self.headerLimit
            var bytes: [UInt8] = []
            while bytes.count < StreamHeader.length {
                let left = end - timekeeper.now
                guard left > .zero || !Guard.ticketTime.isOn else { throw Errno.timedOut }
                let ready = try Poll.wait(
                    [.init(wake.reader, .readable), .init(socket.descriptor, .readable)],
                    timeout: max(left, .seconds(1))
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
    private func receive(into sink: any StreamSink) async throws -> TransferReceipt {
        let (reader, writer) = try Pipes.makeWide()
        let wake = try Wake()
        let pump = ReceivePump(socket: socket, bufferSize: bufferSize, timekeeper: timekeeper)
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
            var isGivenUp = false
            while received == nil || pumped == nil, let part = try await group.next() {
                switch part {
                case .sink(let result):
                    received = result
                    // A pump whose connection is silent would not notice that nobody reads the pipe; and with zfs-fuse
                    // somebody does: the daemon, until the pipe ends.
                    if case .failure = result, pumped == nil {
                        isGivenUp = true
                        group.cancelAll()
                    }
                case .pump(let result):
                    pumped = result
                    if received == nil, case .success(.complete(let count)) = result {
                        group.addTask { try await beat(count) }
                    }
                case .heartbeat: break
                }
            }
            group.cancelAll()
            guard let received, let pumped else { throw CancellationError() }
            // A sink that gives up closes the pipe, a connection that breaks ends it: the sink's own words are the
            // better ones unless the connection is gone.
            if isGivenUp, case .failure(let error) = received { throw error }
            let ending = try pumped.get()
            let guid = try received.get()
            guard case .complete(let count) = ending else {
                throw PloyzError(.transferBroken, "more came than belongs to the stream", next: "repeat the command")
            }
            return TransferReceipt(bytes: count, guid: guid)
        }
    }

    private func beat(_ count: ByteCount) async throws -> Part {
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
    private func answer(_ result: StreamResult) async {
        do {
            let wake = try Wake()
            let bytes = try StreamAnswer.result(result).bytes()
            try await BlockingThread.run(wake: wake) { [socket, timekeeper] in
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
}
