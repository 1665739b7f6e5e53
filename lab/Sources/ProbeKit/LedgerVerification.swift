import Posix

/// Reads back what ledgers call acknowledged.
package struct LedgerVerification: Codable, Equatable {
    /// Writes in the ledgers.
    package var acknowledged = 0
    /// Those whose key holds the value that was written.
    package var present = 0
    package var lost = 0
    /// The key of the first that is missing or holds another value.
    package var firstLost: String?

    enum CodingKeys: String, CodingKey {
        case acknowledged, present, lost
        case firstLost = "first_lost"
    }

    /// Commands in flight at once.
    private static let batch = 500

    /// Seconds for one batch.
    private static let timeout = 10.0

    /// - Throws: `ProbeFailure` when the server does not answer.
    package init(_ entries: [LedgerEntry], at endpoint: Endpoint) throws {
        let connection = try Connection(to: endpoint, until: Deadline(seconds: Self.timeout))
        for start in stride(from: 0, to: entries.count, by: Self.batch) {
            let part = entries[start..<min(start + Self.batch, entries.count)]
            let deadline = Deadline(seconds: Self.timeout)
            let commands = part.flatMap { RedisProtocol.encode(["GET", $0.key]) }
            try connection.send(commands, until: deadline)
            var bytes: ArraySlice<UInt8> = []
            for entry in part {
                count(entry, try Self.next(&bytes, from: connection, until: deadline))
            }
        }
    }

    private mutating func count(_ entry: LedgerEntry, _ reply: RedisProtocol.Reply) {
        acknowledged += 1
        if reply == .bulk("\(entry.sequence)") {
            present += 1
        } else {
            lost += 1
            firstLost = firstLost ?? entry.key
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
