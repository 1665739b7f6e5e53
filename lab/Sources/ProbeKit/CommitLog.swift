import Posix

/// The table that a probe writes to in PostgreSQL: a row for each of its transactions. Whoever starts the probe makes it
/// beforehand, in database `postgres`.
package enum CommitLog {
    package static let definition =
        "CREATE TABLE probe_commits (writer text, sequence bigint, PRIMARY KEY (writer, sequence))"

    static func session(at endpoint: Endpoint, opening: Deadline, until deadline: Deadline) throws -> PostgresSession {
        try PostgresSession.open(
            to: endpoint,
            user: "postgres",
            database: "postgres",
            opening: opening,
            until: deadline
        )
    }

    /// - Parameter identifier: of letters, digits and `._-`, so that nothing of it needs to be quoted.
    static func insertion(_ identifier: String, _ sequence: Int) -> String {
        "INSERT INTO probe_commits VALUES ('\(identifier)', \(sequence))"
    }

    static func selection(_ identifier: String) -> String {
        "SELECT sequence FROM probe_commits WHERE writer = '\(identifier)'"
    }

    /// Inserts a row in a transaction of its own and returns when the server said that it is committed.
    ///
    /// - Throws: `ProbeFailure`; then it may be committed or not.
    static func commit(
        _ identifier: String,
        _ sequence: Int,
        in session: inout PostgresSession,
        until deadline: Deadline
    ) throws {
        for (statement, tag, status) in [
            ("BEGIN", "BEGIN", "T" as Character),
            (insertion(identifier, sequence), "INSERT 0 1", "T"),
            // A transaction that cannot be committed answers ROLLBACK.
            ("COMMIT", "COMMIT", "I"),
        ] {
            let outcome = try session.run(statement, until: deadline)
            guard outcome.tag == tag, outcome.status == status else {
                throw ProbeFailure.refused(outcome.tag.isEmpty ? "nothing" : outcome.tag)
            }
        }
    }
}
