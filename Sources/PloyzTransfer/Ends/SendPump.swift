import PloyzMigration
import PloyzModel
import SystemPackage

/// The sending side of a connection: moves bytes from a pipe to the socket, and hears what the receiver acknowledges.
struct SendPump: Sendable {
    /// How a phase of the pump ended.
    enum Ending: Sendable {
        /// The pipe is at its end and every byte of it was given to the socket.
        case drained
        case result(StreamResult)
    }

    private enum Phase { case streaming(FileDescriptor), finishing }

    private let socket: StreamSocket
    private let peer: String
    private let stallLimit: Duration
    private let bufferSize: ByteCount
    private let timekeeper: any Timekeeper
    private let progress: @Sendable (ByteCount) -> Void
    private var answers = StreamAnswerReader()
    private(set) var sent = UInt64(0)
    private var acknowledged = UInt64(0)

    /// - Parameter bufferSize: bytes that are read ahead of the socket.
    init(
        socket: StreamSocket,
        peer: String,
        stallLimit: Duration,
        bufferSize: ByteCount,
        timekeeper: any Timekeeper,
        progress: @escaping @Sendable (ByteCount) -> Void
    ) {
        self.socket = socket
        self.peer = peer
        self.stallLimit = stallLimit
        self.bufferSize = bufferSize
        self.timekeeper = timekeeper
        self.progress = progress
    }

    /// Sends what comes out of `pipe` until its end, or until the receiver gives a result early, which is a failure.
    mutating func stream(from pipe: FileDescriptor, wake: Wake) throws -> Ending {
        try run(.streaming(pipe), wake: wake)
    }

    /// Says that this was the end, and waits for the result.
    mutating func finish(wake: Wake) throws -> StreamResult {
        socket.finishSending()
        guard case .result(let result) = try run(.finishing, wake: wake) else {
            throw PloyzError.broken("no result came", peer)
        }
        return result
    }

    private mutating func run(_ phase: Phase, wake: Wake) throws -> Ending {
        // Nothing is left to send while it finishes.
        let capacity = if case .streaming = phase { bufferSize } else { ByteCount.zero }
        var ring = try RingBuffer(capacity: capacity)
        var lastHeard = timekeeper.now
        var isAtEnd = false
        while true {
            var interests: [Poll.Interest] = [
                .init(wake.reader, .readable),
                .init(socket.descriptor, ring.isEmpty ? .readable : [.readable, .writable]),
            ]
            var isOwed = true
            if case .streaming(let pipe) = phase {
                // While the source itself has nothing to say, the receiver owes nothing.
                isOwed = !ring.isEmpty || sent > acknowledged
                // A pipe at its end would be reported again and again.
                if !ring.isFull, !isAtEnd { interests.append(.init(pipe, .readable)) }
            }
            let left = lastHeard + stallLimit - timekeeper.now
            guard !isOwed || left > .zero else {
                throw PloyzError.stalled(after: stallLimit, acknowledged: ByteCount(acknowledged), peer)
            }
            let ready = try Poll.wait(interests, timeout: isOwed ? left : nil)
            guard ready[0].isEmpty else { throw CancellationError() }
            if !isOwed { lastHeard = timekeeper.now }
            if !ready[1].isDisjoint(with: [.readable, .gone]) {
                let before = acknowledged
                if let result = try hear(&lastHeard, anyAnswer: ring.isEmpty && sent == before) {
                    return .result(result)
                }
            }
            if ready.count > 2, !ready[2].isEmpty, case .streaming(let pipe) = phase {
                isAtEnd = try ring.fill { try pipe.read(into: $0) } == 0
            }
            // Most small increments fit into the socket at once, so it is not asked first.
            if !ring.isEmpty { try give(&ring) }
            if isAtEnd, ring.isEmpty { return .drained }
        }
    }

    private mutating func give(_ ring: inout RingBuffer) throws {
        do {
            sent += UInt64(try ring.drain { try socket.send($0) })
        } catch let error as Errno {
            // The receiver may have said why before it closed.
            var ignored = Duration.zero
            if let result = try? hear(&ignored, anyAnswer: true), case .failed(let failure) = result { throw failure }
            throw PloyzError.broken("\(error)", peer)
        }
    }

    /// Reads what the receiver said. `anyAnswer`: everything was acknowledged already, so the receiver is at work on
    /// the end, and repeats its count to say that it is alive.
    private mutating func hear(_ lastHeard: inout Duration, anyAnswer: Bool) throws -> StreamResult? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count: Int?
        do {
            count = try bytes.withUnsafeMutableBytes { try socket.receive(into: $0) }
        } catch let error as Errno {
            throw PloyzError.broken("\(error)", peer)
        }
        guard let count else { return nil }
        guard count > 0 else { throw PloyzError.broken("it closed the connection without a result", peer) }
        let received: [StreamAnswer]
        do {
            received = try answers.read(bytes[..<count])
        } catch {
            throw PloyzError.broken("it answered in another protocol (\(error))", peer)
        }
        for answer in received {
            switch answer {
            case .result(let result): return result
            case .acknowledged(let count):
                guard count.bytes <= sent else { throw PloyzError.broken("it acknowledged more than was sent", peer) }
                if count.bytes > acknowledged || anyAnswer { lastHeard = timekeeper.now }
                acknowledged = count.bytes
                progress(count)
            }
        }
        return nil
    }
}
