import Foundation
package import PloyzAPI
import PloyzModel

/// One migration of PostgreSQL under load, and what was found afterwards.
package struct PostgresMove: Sendable {
    package let from: String
    package let to: String
    package let preview: MigrationPreview
    package let report: MigrationReport
    /// What each client saw while it ran.
    package let clients: [Move.ClientView]
    /// Acknowledged commits so far, and how many of them cannot be read back.
    package let ledger: LedgerReport
    package let address: String
    /// Transactions of pgbench that were committed while the load ran.
    package let transactions: Int
    package let findings: PostgresFindings

    /// The longest gap that any client saw, in milliseconds.
    package var longestGap: Double { clients.map(\.report.longestGap).max() ?? 0 }

    static func perform(
        _ postgres: PostgresService,
        number: Int,
        from: String,
        to: String,
        machines: [String],
        rate: Int,
        ledgers: inout [URL]
    ) async throws -> PostgresMove {
        let lab = postgres.lab
        let before = try await PostgresBooks.read(postgres, from: from)
        let third = machines.first { $0 != from && $0 != to } ?? from
        let load = try await PostgresLoad.start(postgres, from: third, rate: rate)
        let names = machines.map { "commits\(number)-\($0)" }
        let probes = try zip(machines, names).map { machine, name in
            try Probe.commits(in: lab, from: machine, to: postgres.endpoint, name: name)
        }
        ledgers += probes.map(\.ledger)
        let quiet = try await commits(of: names, postgres, from: third)
        try await progress(beyond: quiet, of: names, postgres, from: third)
        let preview = try await preview(lab, from: from, to: to)
        let apply = ["ployzctl", "migrate", "apply", PostgresService.service, "--to", to, "--json"]
        let applied = try await lab.run(from, apply, within: PostgresService.patience)
        guard let report = try applied.notices().last?.report, applied.status == 0 else {
            throw ScenarioFailure("the move to \(to) failed (\(applied.status))\n\(applied.text)\(applied.errorText)")
        }
        // Every client must see the far side of the move before it ends.
        try await progress(beyond: commits(of: names, postgres, from: third), of: names, postgres, from: third)
        try await load.stop()
        var clients: [Move.ClientView] = []
        for probe in probes {
            clients.append(Move.ClientView(machine: probe.machine, report: try await probe.stop()))
        }
        let ledger = try await Probe.verify(
            in: lab,
            from: from,
            at: postgres.endpoint,
            ledgers: ledgers,
            server: "postgres",
            within: PostgresService.patience
        )
        let books = try await PostgresBooks.read(postgres, from: third)
        return PostgresMove(
            from: from,
            to: to,
            preview: preview,
            report: report,
            clients: clients,
            ledger: ledger,
            address: try await lab.instances(of: PostgresService.service, asking: to).first.map { "\($0.address)" }
                ?? "-",
            transactions: books.transactions - before.transactions,
            findings: try await PostgresFindings.gather(postgres, books: books, source: from, target: to, from: third)
        )
    }

    private static func preview(_ lab: Lab, from: String, to: String) async throws -> MigrationPreview {
        let command = ["ployzctl", "migrate", "preview", PostgresService.service, "--to", to, "--json"]
        let result = try await lab.run(from, command, within: PostgresService.patience).succeeded()
        return try DocumentForm.decode(MigrationPreview.self, from: result.output)
    }

    /// Rows of each writer.
    private static func commits(
        of writers: [String],
        _ postgres: PostgresService,
        from machine: String
    ) async throws -> [String: Int] {
        let text = try await postgres.sql(
            "SELECT writer, count(*) FROM probe_commits GROUP BY writer",
            from: machine
        )
        var counts: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "|")
            if fields.count == 2 { counts[String(fields[0])] = Int(fields[1]) }
        }
        return counts
    }

    /// Waits until every writer has committed more than it had.
    private static func progress(
        beyond counts: [String: Int],
        of writers: [String],
        _ postgres: PostgresService,
        from machine: String
    ) async throws {
        try await postgres.lab.wait(for: "every client to commit", within: 600) {
            let now = try await commits(of: writers, postgres, from: machine)
            return writers.allSatisfy { now[$0, default: 0] > counts[$0, default: 0] }
        }
    }
}
