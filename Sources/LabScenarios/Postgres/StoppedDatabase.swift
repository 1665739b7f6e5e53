/// The files of a database that nobody runs, in a copy of the data volume on a machine.
struct StoppedDatabase {
    let postgres: PostgresService
    let machine: String
    /// Where the copy is mounted.
    let copy: String

    /// Verifies the checksum of every page. A database that was not shut down in good order is a fault too.
    ///
    /// - Returns: nil when all is well.
    func checksumFault() async throws -> String? {
        let result = try await run(["pg_checksums", "--check", "--pgdata", PostgresManifest.data])
        guard result.status == 0, result.text.contains("Bad checksums:  0") else {
            return "pg_checksums on \(machine) (\(result.status)): \(result.text)\(result.errorText)"
        }
        return nil
    }

    /// Bytes of write-ahead log that were ever written: the place of the last checkpoint, which ends a shutdown.
    func written() async throws -> UInt64 {
        let text = try await run(["pg_controldata", "--pgdata", PostgresManifest.data]).succeeded().text
        let line = text.split(separator: "\n").first { $0.hasPrefix("Latest checkpoint location:") }
        let halves = line?.split(separator: " ").last?.split(separator: "/").compactMap { UInt64($0, radix: 16) } ?? []
        guard halves.count == 2 else { throw ScenarioFailure("pg_controldata tells no checkpoint: \(text)") }
        return halves[0] << 32 | halves[1]
    }

    private func run(_ program: [String]) async throws -> ProgramResult {
        let container = ["docker", "run", "--rm", "--network", "none", "--user", "999:999"]
        let mount = ["--mount", "type=bind,source=\(copy)/data,target=/data,readonly", postgres.image]
        return try await postgres.lab.run(machine, container + mount + program, within: PostgresService.patience)
    }
}
