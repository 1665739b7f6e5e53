import Posix

/// What a probe says on each new connection.
package enum Exchange: Sendable {
    /// `SET w:<identifier>:<sequence> <sequence>`, acknowledged by `+OK`.
    case redisWrite(identifier: String)
    /// `PING`, acknowledged by `+PONG`.
    case redisPing
    /// `GET <path>`, acknowledged by status 200 and the end of the connection.
    case httpGet(path: String, host: String?)
    /// A transaction with one `INSERT` of identifier and sequence, acknowledged by the answer to `COMMIT`.
    case postgresCommit(identifier: String)

    /// Opens a connection, exchanges, closes.
    ///
    /// - Throws: `ProbeFailure`.
    func perform(_ sequence: Int, settings: ProbeSettings) throws {
        let whole = Deadline(seconds: Double(settings.timeout) / 1000)
        let opening = Deadline(seconds: Double(min(settings.connectTimeout, settings.timeout)) / 1000)
        switch self {
        case .redisWrite(let identifier):
            let connection = try Connection(to: settings.endpoint, until: opening)
            let command = ["SET", LedgerEntry.key(identifier, sequence), "\(sequence)"]
            try connection.send(RedisProtocol.encode(command), until: whole)
            try Self.await("OK", connection, until: whole)
        case .redisPing:
            let connection = try Connection(to: settings.endpoint, until: opening)
            try Self.ping(connection, until: whole)
        case .httpGet(let path, let host):
            let connection = try Connection(to: settings.endpoint, until: opening)
            let request = "GET \(path) HTTP/1.1\r\nHost: \(host ?? "\(settings.endpoint)")\r\nConnection: close\r\n\r\n"
            try connection.send(Array(request.utf8), until: whole)
            try Self.awaitPage(connection, until: whole)
        case .postgresCommit(let identifier):
            var session = try CommitLog.session(at: settings.endpoint, opening: opening, until: whole)
            try CommitLog.commit(identifier, sequence, in: &session, until: whole)
            session.end(until: whole)
        }
    }

    /// - Throws: `ProbeFailure`.
    static func ping(_ connection: borrowing Connection, until deadline: Deadline) throws {
        try connection.send(RedisProtocol.encode(["PING"]), until: deadline)
        try Self.await("PONG", connection, until: deadline)
    }

    private static func await(
        _ word: String,
        _ connection: borrowing Connection,
        until deadline: Deadline
    ) throws {
        var bytes: [UInt8] = []
        while true {
            if let (reply, _) = try RedisProtocol.decode(bytes[...]) {
                switch reply {
                case .status(word): return
                case .error(let text), .status(let text): throw ProbeFailure.refused(firstWord(text))
                case .bulk: throw ProbeFailure.refused("a value")
                }
            }
            let more = try connection.receive(until: deadline)
            guard !more.isEmpty else { throw ProbeFailure.closed }
            bytes += more
        }
    }

    /// Reads to the end of the connection, whose first bytes must be a status line with 200.
    private static func awaitPage(_ connection: borrowing Connection, until deadline: Deadline) throws {
        var head: [UInt8] = []
        while true {
            let more = try connection.receive(until: deadline)
            if more.isEmpty { break }
            if head.count < 64 { head += more.prefix(64) }
        }
        let words = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count > 1, words[0].hasPrefix("HTTP/1.") else { throw ProbeFailure.closed }
        guard words[1] == "200" else { throw ProbeFailure.refused(String(words[1])) }
    }

    private static func firstWord(_ text: String) -> String {
        String(text.prefix { !$0.isWhitespace })
    }
}
