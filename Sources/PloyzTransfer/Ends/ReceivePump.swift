import PloyzMigration
import PloyzModel
import SystemPackage

/// The receiving side of a connection: moves bytes from the socket into a pipe and acknowledges them.
struct ReceivePump: Sendable {
    enum Ending: Hashable, Sendable {
        /// The sender said that this was all, and every byte of it is in the pipe.
        case complete(ByteCount)
        /// Whoever read the pipe has closed it.
        case sinkGone(ByteCount)
    }

    private let socket: StreamSocket
    private let bufferSize: ByteCount
    private let timekeeper: any Timekeeper

    /// An acknowledgement is due after so many bytes, or so much time if there is anything new.
    static let acknowledgedBytes = UInt64(1) << 20
    static let acknowledgedTime = Duration.milliseconds(100)

    /// - Parameter bufferSize: bytes that are taken from the socket ahead of the sink.
    init(socket: StreamSocket, bufferSize: ByteCount, timekeeper: any Timekeeper) {
        self.socket = socket
        self.bufferSize = bufferSize
        self.timekeeper = timekeeper
    }

    /// - Throws: `Errno` when the connection breaks; `CancellationError`.
    func run(into pipe: FileDescriptor, wake: Wake) throws -> Ending {
        Pipes.setNonBlocking(pipe)
        var ring = try RingBuffer(capacity: bufferSize)
        var isAtEnd = false
        // What lies in the ring is not acknowledged: the sink has not got it.
        var taken = UInt64(0)
        var told = UInt64(0)
        var toldAt = timekeeper.now
        var outgoing: [UInt8] = []
        while true {
            if taken > told, outgoing.isEmpty,
                taken - told >= Self.acknowledgedBytes || timekeeper.now - toldAt >= Self.acknowledgedTime
            {
                outgoing = StreamAnswer.word(taken)
                told = taken
                toldAt = timekeeper.now
            }
            if !outgoing.isEmpty {
                outgoing.removeFirst(try outgoing.withUnsafeBytes { try socket.send($0) })
            }
            let isHearing = !ring.isFull && !isAtEnd
            let ready = try Poll.wait(
                [
                    .init(wake.reader, .readable),
                    .init(
                        socket.descriptor,
                        (isHearing ? Poll.Events.readable : []).union(outgoing.isEmpty ? [] : .writable)
                    ),
                    .init(pipe, ring.isEmpty ? [] : .writable),
                ],
                timeout: taken > told ? Self.acknowledgedTime : nil
            )
            guard ready[0].isEmpty else { throw CancellationError() }
            if ready[2].contains(.gone) { return .sinkGone(ByteCount(taken)) }
            if isHearing, !ready[1].isDisjoint(with: [.readable, .gone]) {
                isAtEnd = try ring.fill { try socket.receive(into: $0) } == 0
            } else if ready[1].contains(.gone) {
                // Reset by a sender that has given up: nobody would hear the result.
                throw Errno.connectionReset
            }
            if !ring.isEmpty {
                do {
                    taken += UInt64(try ring.drain { try pipe.write($0) })
                } catch Errno.resourceTemporarilyUnavailable {
                    continue
                } catch Errno.brokenPipe {
                    return .sinkGone(ByteCount(taken))
                }
            }
            if isAtEnd, ring.isEmpty { return .complete(ByteCount(taken)) }
        }
    }
}
