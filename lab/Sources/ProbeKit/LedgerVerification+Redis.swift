import Posix

extension LedgerVerification {
    /// Commands in flight at once.
    private static let batch = 500

    /// Seconds for one batch.
    private static let timeout = 10.0

    /// Reads the keys of the entries from a Redis.
    ///
    /// - Throws: `ProbeFailure` when the server does not answer.
    package init(ofRedis endpoint: Endpoint, _ entries: [LedgerEntry]) throws {
        self.init()
        let connection = try Connection(to: endpoint, until: Deadline(seconds: Self.timeout))
        for start in stride(from: 0, to: entries.count, by: Self.batch) {
            let part = entries[start..<min(start + Self.batch, entries.count)]
            let deadline = Deadline(seconds: Self.timeout)
            let commands = part.flatMap { RedisProtocol.encode(["GET", $0.key]) }
            try connection.send(commands, until: deadline)
            var bytes: ArraySlice<UInt8> = []
            for entry in part {
                let reply = try Self.next(&bytes, from: connection, until: deadline)
                count(entry, isPresent: reply == .bulk("\(entry.sequence)"))
            }
        }
    }

    private static func next(
        _ bytes: inout ArraySlice<UInt8>,
        from connection: borrowing Connection,
        until deadline: Deadline
    ) throws -> RedisProtocol.Reply {
        while true {
            if let (reply, taken) = try RedisProtocol.decode(bytes) {
                bytes = bytes.dropFirst(taken)
                if case .error(let text) = reply { throw ProbeFailure.refused(text) }
                return reply
            }
            let more = try connection.receive(until: deadline)
            guard !more.isEmpty else { throw ProbeFailure.closed }
            bytes = ArraySlice(Array(bytes) + more)
        }
    }
}
