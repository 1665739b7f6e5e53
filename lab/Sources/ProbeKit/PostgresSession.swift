import Posix

/// A session with a PostgreSQL server that trusts whoever connects.
struct PostgresSession: ~Copyable {
    /// What a statement came to.
    struct Outcome: Equatable {
        /// Such as `INSERT 0 1`; a statement that was made to fail ends a transaction with `ROLLBACK`, also by `COMMIT`.
        var tag = ""
        var rows: [[String?]] = []
        /// `I` outside a transaction, `T` in one, `E` in one that has failed.
        var status: Character = "I"
    }

    private let connection: Connection
    private var received: ArraySlice<UInt8> = []

    /// Opens it; returns when the server is ready for a statement.
    ///
    /// - Parameters:
    ///   - opening: by when there must be a connection.
    ///   - deadline: by when the server must be ready.
    /// - Throws: `ProbeFailure`.
    static func open(
        to endpoint: Endpoint,
        user: String,
        database: String,
        opening: Deadline,
        until deadline: Deadline
    ) throws -> PostgresSession {
        var session = PostgresSession(connection: try Connection(to: endpoint, until: opening))
        try session.connection.send(PostgresProtocol.startup(user: user, database: database), until: deadline)
        _ = try session.outcome(until: deadline)
        return session
    }

    private init(connection: consuming Connection) { self.connection = connection }

    /// Runs one statement.
    ///
    /// - Throws: `ProbeFailure`; an error of the server is `refused` with its SQLSTATE, and the session is over.
    mutating func run(_ statement: String, until deadline: Deadline) throws -> Outcome {
        try connection.send(PostgresProtocol.query(statement), until: deadline)
        return try outcome(until: deadline)
    }

    /// Says goodbye. Without it the server logs a client that vanished.
    borrowing func end(until deadline: Deadline) { try? connection.send(PostgresProtocol.terminate, until: deadline) }

    /// Reads until the server is ready for a statement.
    private mutating func outcome(until deadline: Deadline) throws -> Outcome {
        var outcome = Outcome()
        while true {
            switch try next(until: deadline) {
            case .ready(let status):
                outcome.status = status
                return outcome
            case .commandComplete(let tag): outcome.tag = tag
            case .row(let columns): outcome.rows.append(columns)
            case .error(let code): throw ProbeFailure.refused(code)
            case .authentication(0), .other: break
            case .authentication: throw ProbeFailure.refused("by asking for a password")
            }
        }
    }

    private mutating func next(until deadline: Deadline) throws -> PostgresProtocol.Answer {
        while true {
            if let (answer, taken) = try PostgresProtocol.decode(received) {
                received = received.dropFirst(taken)
                return answer
            }
            let more = try connection.receive(until: deadline)
            guard !more.isEmpty else { throw ProbeFailure.closed }
            received = ArraySlice(Array(received) + more)
        }
    }
}
