import Foundation
import PloyzAPI
import PloyzModel

/// A PostgreSQL 15 with its data and its write-ahead log on two volumes, in a lab.
package struct PostgresService: Sendable {
    package static let service = "db/postgres"
    package static let namespace = "db"
    package static let volumes = ["data", "wal"]

    package let lab: Lab
    /// `sha256:…` of its image, which every machine has: its tools run there too.
    package let image: String
    /// The instance's overlay address.
    package let address: String

    package var endpoint: String { "\(address):5432" }

    /// How much it holds.
    package struct Size: Sendable {
        /// MiB of rows that nothing changes after they were loaded.
        package var archive = 128
        /// pgbench's scale: about 15 MiB each.
        package var scale = 2

        package init() {}
    }

    /// Seconds for any one command: 20 times what the slowest takes on a machine that is not emulated.
    static let patience = 900

    /// Builds the image for all machines, deploys the service on `machine`, loads it, and writes a checkpoint.
    ///
    /// - Parameter properties: what the machine's administrator sets on the data volume before it is loaded, such as
    ///   `recordsize=16K`: that counts for files that are made later.
    /// - Throws: ``ScenarioFailure``.
    package static func deploy(in lab: Lab, on machine: String, size: Size, properties: [String] = []) async throws
        -> PostgresService
    {
        let built = try await lab.command(["image", "build", "postgres"], within: patience).succeeded()
        let image = built.text.trimmingCharacters(in: .whitespacesAndNewlines)
        try await lab.deploy(PostgresManifest.text(image: image), on: machine)
        guard let instance = try await lab.instances(of: service).first else {
            throw ScenarioFailure("\(service) has no instance after its deployment")
        }
        let postgres = PostgresService(lab: lab, image: image, address: "\(instance.address)")
        let dataset = try await dataset(of: "data", in: lab, on: machine)
        for property in properties {
            try await lab.run(machine, ["zfs", "set", property, dataset], within: patience).succeeded()
        }
        try await postgres.load(size, from: machine)
        return postgres
    }

    private func load(_ size: Size, from machine: String) async throws {
        let checksums = try await sql("SHOW data_checksums", from: machine)
        guard checksums == "on" else { throw ScenarioFailure("the database has data_checksums \(checksums)") }
        try await sql("CREATE EXTENSION amcheck", from: machine)
        // lab-probe help commits has it.
        try await sql(
            "CREATE TABLE probe_commits (writer text, sequence bigint, PRIMARY KEY (writer, sequence))",
            from: machine
        )
        // About a KiB a row.
        try await sql(
            """
            CREATE TABLE archive AS SELECT number, repeat(md5(number::text), 30) AS content
            FROM generate_series(1, \(size.archive * 1000)) number
            """,
            from: machine
        )
        try await sql("CREATE INDEX ON archive (number)", from: machine)
        try await tool(
            ["pgbench", "--initialize", "--scale", String(size.scale), "--quiet", "--foreign-keys"],
            from: machine
        ).succeeded()
        try await sql("CHECKPOINT", from: machine)
    }

    /// The dataset of a volume on a machine.
    static func dataset(of volume: String, in lab: Lab, on machine: String) async throws -> String {
        let machines = try await lab.machines(asking: machine)
        guard let root = machines.first(where: { $0.name.text == machine })?.storageRoot else {
            throw ScenarioFailure("\(machine) has no ZFS")
        }
        return "\(root.text)/\(namespace)/\(volume)"
    }

    /// Runs one of PostgreSQL's programs on a machine, in a container of its own with the machine's network, as a client
    /// of the service.
    func tool(_ program: [String], from machine: String) async throws -> ProgramResult {
        try await lab.run(machine, client + ["--rm", image] + program, within: Self.patience)
    }

    /// `docker run` and what a client needs to know.
    var client: [String] {
        [
            "docker", "run", "--network", "host", "--user", "999:999", "-e", "PGHOST=\(address)", "-e",
            "PGUSER=postgres",
            "-e", "PGDATABASE=postgres", "-e", "PGCONNECT_TIMEOUT=60",
        ]
    }

    /// Runs a statement; returns the rows as lines, columns separated by `|`.
    @discardableResult
    func sql(_ statement: String, from machine: String) async throws -> String {
        let psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
        return try await tool(psql + ["--command", statement], from: machine).succeeded().text
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
