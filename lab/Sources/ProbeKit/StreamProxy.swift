import Glibc
import Posix

/// Stands between a sender and a receiver of streams, and damages the first stream that is long enough.
package struct StreamProxy {
    package enum Damage: Equatable, Sendable {
        /// One bit of the byte at this offset.
        case flip(Int)
        /// Nothing of what comes at or after this offset and behind the end of a record; the receiver is told that this was
        /// all.
        case truncate(Int)
        /// The connection is closed before the receiver has heard a byte.
        case swallow
        case none
    }

    /// One connection and the one to the receiver that it is handed on to.
    private struct Pair {
        let sender: Int32
        let receiver: Int32
        /// Bytes from the sender so far.
        var passed = 0
        var secret: [UInt8] = []
        var records = StreamRecords()
        var isTruncated = false
        var senderIsDone = false
    }

    private let listener: Int32
    private let receiver: Endpoint
    private let headerLength: Int
    private let secrets: String
    private var damage: Damage
    private var pairs: [Pair] = []

    /// - Parameters:
    ///   - port: at every address of the machine.
    ///   - headerLength: bytes of a connection before its stream.
    ///   - secrets: a file that gets the header of each connection, a line each.
    package init(port: UInt16, to receiver: Endpoint, headerLength: Int, damage: Damage, secrets: String) throws {
        self.receiver = receiver
        self.headerLength = headerLength
        self.damage = damage
        self.secrets = secrets
        listener = try PosixError.check(
            socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0),
            "socket",
            on: "\(port)"
        )
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard let everywhere = Endpoint("[::]:\(port)") else { throw PosixError("bind", EINVAL, on: "\(port)") }
        try PosixError.check(everywhere.withAddress { bind(listener, $0, $1) }, "bind", on: "\(port)")
        try PosixError.check(listen(listener, 16), "listen", on: "\(port)")
    }

    /// Serves until the process is ended.
    package mutating func run() throws -> Never {
        // A peer that closes must not end the proxy.
        signal(SIGPIPE, SIG_IGN)
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            var waiting = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            for pair in pairs {
                waiting.append(pollfd(fd: pair.senderIsDone ? -1 : pair.sender, events: Int16(POLLIN), revents: 0))
                waiting.append(pollfd(fd: pair.receiver, events: Int16(POLLIN), revents: 0))
            }
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
            var ended: [Int] = []
            for index in pairs.indices {
                let isOver =
                    waiting[1 + 2 * index].revents != 0 && !fromSender(index, &buffer)
                    || waiting[2 + 2 * index].revents != 0 && !fromReceiver(index, &buffer)
                if isOver { ended.append(index) }
            }
            for index in ended.reversed() {
                close(pairs[index].sender)
                close(pairs[index].receiver)
                pairs.remove(at: index)
            }
            if waiting[0].revents != 0 { welcome() }
        }
    }

    private mutating func welcome() {
        let sender = accept(listener, nil, nil)
        guard sender >= 0 else { return }
        let receiver = socket(self.receiver.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard receiver >= 0, self.receiver.withAddress({ connect(receiver, $0, $1) }) == 0 else {
            close(sender)
            if receiver >= 0 { close(receiver) }
            return
        }
        pairs.append(Pair(sender: sender, receiver: receiver))
    }

    /// - Returns: whether the connection goes on.
    private mutating func fromSender(_ index: Int, _ buffer: inout [UInt8]) -> Bool {
        let count = recv(pairs[index].sender, &buffer, buffer.count, 0)
        guard count > 0 else {
            pairs[index].senderIsDone = true
            if !pairs[index].isTruncated { shutdown(pairs[index].receiver, Int32(SHUT_WR)) }
            return count == 0
        }
        var bytes = buffer[..<count]
        guard note(index, bytes) else { return false }
        apply(index, &bytes)
        return bytes.isEmpty || send(bytes, to: pairs[index].receiver)
    }

    /// Writes the header down when it is whole.
    private mutating func note(_ index: Int, _ bytes: ArraySlice<UInt8>) -> Bool {
        let missing = headerLength - pairs[index].secret.count
        guard missing > 0 else { return true }
        pairs[index].secret += bytes.prefix(missing)
        guard pairs[index].secret.count == headerLength else { return true }
        let line = String(decoding: pairs[index].secret, as: UTF8.self)
        if let file = try? LogFile.open(secrets) {
            let text = Array((line.hasSuffix("\n") ? line : line + "\n").utf8)
            _ = write(file, text, text.count)
            close(file)
        }
        guard damage == .swallow else { return true }
        tell("damaged: swallowed")
        return false
    }

    private mutating func apply(_ index: Int, _ bytes: inout ArraySlice<UInt8>) {
        guard !pairs[index].isTruncated else {
            bytes = []
            return
        }
        let begin = pairs[index].passed
        pairs[index].passed += bytes.count
        switch damage {
        case .flip(let offset):
            let place = headerLength + offset - begin
            guard place >= 0, place < bytes.count else { return }
            bytes[bytes.startIndex + place] ^= 1
            tell("damaged byte \(offset)")
        case .truncate(let offset):
            let skipped = min(bytes.count, max(0, headerLength - begin))
            guard let edge = pairs[index].records.edge(in: bytes.dropFirst(skipped), from: offset) else { return }
            _ = send(bytes.prefix(skipped + edge), to: pairs[index].receiver)
            bytes = []
            pairs[index].isTruncated = true
            shutdown(pairs[index].receiver, Int32(SHUT_WR))
            tell("damaged: ended behind byte \(pairs[index].passed)")
        case .swallow, .none: return
        }
    }

    /// The damage is done, once.
    private mutating func tell(_ what: String) {
        damage = .none
        print(what)
        fflush(nil)
    }

    private func fromReceiver(_ index: Int, _ buffer: inout [UInt8]) -> Bool {
        let count = recv(pairs[index].receiver, &buffer, buffer.count, 0)
        return count > 0 && send(buffer[..<count], to: pairs[index].sender)
    }

    private func send(_ bytes: ArraySlice<UInt8>, to file: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
