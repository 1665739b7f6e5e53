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
    private let timekeeper: any Timekeeper

    /// An acknowledgement is due after so many bytes, or so much time if there is anything new.
    static let acknowledgedBytes = UInt64(1) << 20
    static let acknowledgedTime = Duration.milliseconds(100)

    init(socket: StreamSocket, timekeeper: any Timekeeper) {
        self.socket = socket
        self.timekeeper = timekeeper
    }

    /// - Throws: `Errno` when the connection breaks; `CancellationError`.
    func run(into pipe: FileDescriptor, wake: Wake) throws -> Ending {
        Pipes.setNonBlocking(pipe)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SendPump.bufferSize, alignment: 4096)
        defer { buffer.deallocate() }
        var pending = UnsafeRawBufferPointer(rebasing: buffer[..<0])
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
            let ready = try Poll.wait(
                [
                    .init(wake.reader, .readable),
                    .init(
                        socket.descriptor,
                        (pending.isEmpty ? Poll.Events.readable : []).union(outgoing.isEmpty ? [] : .writable)
                    ),
                    .init(pipe, pending.isEmpty ? [] : .writable),
                ],
                timeout: taken > told ? Self.acknowledgedTime : nil
            )
            guard ready[0].isEmpty else { throw CancellationError() }
            if ready[2].contains(.gone) { return .sinkGone(ByteCount(taken)) }
            if pending.isEmpty, !ready[1].isDisjoint(with: [.readable, .gone]) {
                if let count = try socket.receive(into: buffer) {
                    guard count > 0 else { return .complete(ByteCount(taken)) }
                    pending = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                }
            }
            guard !pending.isEmpty else { continue }
            do {
                let count = try pipe.write(pending)
                taken += UInt64(count)
                pending = UnsafeRawBufferPointer(rebasing: pending[count...])
            } catch Errno.resourceTemporarilyUnavailable {
                continue
            } catch Errno.brokenPipe {
                return .sinkGone(ByteCount(taken))
            }
        }
    }
}
