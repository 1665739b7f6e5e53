import Foundation
import LabScenarios

/// Moves a PostgreSQL around a circle of three machines under load, and looks for anything that was lost or differs.
@main
struct PloyzPostgres {
    static func main() async {
        do {
            let options = try PostgresOptions(Array(CommandLine.arguments.dropFirst()))
            print("Three machines of kind \(options.kind.rawValue) with their own Docker, ZFS, WireGuard and ployzd …")
            let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
            let lab = try await Lab.up(name: options.lab, kind: options.kind, machines: 3, checkout: checkout)
            let outcome = await result { try await run(lab, options) }
            if (try? outcome.get()) != true { try? await lab.saveLogs(of: PostgresCircle.machines) }
            if !options.keeps { try await lab.down() }
            exit(try outcome.get() ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("postgres: \(error)\n".utf8))
            exit(error is PostgresOptions.Misuse ? 2 : 1)
        }
    }

    private static func run(_ lab: Lab, _ options: PostgresOptions) async throws -> Bool {
        print(
            "\(PostgresService.service): PostgreSQL 15, data and write-ahead log on two volumes, "
                + "\(options.size.archive) MiB that rest, pgbench at scale \(options.size.scale) …"
        )
        let postgres = try await PostgresService.deploy(
            in: lab,
            on: "m1",
            size: options.size,
            properties: options.properties
        )
        let circle = try await PostgresCircle.run(postgres, rate: options.rate) { print(PostgresMoveSummary($0)) }
        print("\n\(PostgresTable(circle))\n")
        for violation in circle.violations { print("VIOLATED: \(violation)") }
        if circle.violations.isEmpty {
            print(
                "\(circle.moves.count) moves, \(circle.moves.last?.ledger.acknowledged ?? 0) commits acknowledged, 0 lost; "
                    + "pg_amcheck, checksums, scrub clean; properties, trees equal"
            )
        }
        return circle.violations.isEmpty
    }

    private static func result<Value: Sendable>(
        _ body: @Sendable () async throws -> Value
    ) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
