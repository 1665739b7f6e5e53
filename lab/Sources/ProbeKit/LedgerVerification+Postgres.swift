import Posix

extension LedgerVerification {
    /// Reads the rows of the entries' writers from a PostgreSQL.
    ///
    /// - Parameter seconds: for connecting, and for each writer.
    /// - Throws: `ProbeFailure` when the server does not answer.
    package init(ofPostgres endpoint: Endpoint, _ entries: [LedgerEntry], seconds: Double) throws {
        self.init()
        let begin = Deadline(seconds: seconds)
        var session = try CommitLog.session(at: endpoint, opening: begin, until: begin)
        for (writer, entries) in Dictionary(grouping: entries, by: \.identifier).sorted(by: { $0.key < $1.key }) {
            let outcome = try session.run(CommitLog.selection(writer), until: Deadline(seconds: seconds))
            let found = Set(outcome.rows.compactMap { $0.first?.flatMap { Int($0) } })
            for entry in entries { count(entry, isPresent: found.contains(entry.sequence)) }
        }
        session.end(until: Deadline(seconds: seconds))
    }
}
