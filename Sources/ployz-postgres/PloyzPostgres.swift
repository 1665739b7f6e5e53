import ArgumentParser
import Foundation
import LabScenarios

/// Moves a PostgreSQL around a circle of three machines under load, and looks for anything that was lost or differs.
@main
struct PloyzPostgres: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postgres",
        abstract: "Moves a database around a circle under load, and looks for anything that was lost or differs."
    )

    @Option(help: "What the machines are: netns or vm.")
    var kind = LabKind.netns

    @Option(help: "MiB of data that rest, 1 to 2048.")
    var archive = PostgresService.Size().archive

    @Option(help: "pgbench's scale, 1 to 50.")
    var scale = PostgresService.Size().scale

    @Option(help: "pgbench's transactions each second, 1 to 10000. Default: 50, in guests, which may be emulated, 10.")
    var rate: Int?

    @Option(name: .customLong("set"), help: "PROPERTY=VALUE of the data volume's dataset, set before it is loaded.")
    var properties: [String] = []

    @Flag(help: "Leave the lab up.")
    var keep = false

    func validate() throws {
        guard (1...2048).contains(archive) else { throw ValidationError("--archive is 1 to 2048") }
        guard (1...50).contains(scale) else { throw ValidationError("--scale is 1 to 50") }
        guard (1...10_000).contains(rate ?? 1) else { throw ValidationError("--rate is 1 to 10000") }
    }

    func run() async throws {
        print("Three machines of kind \(kind.rawValue) with their own Docker, ZFS, WireGuard and ployzd …")
        let name = Lab.name(in: "PLOYZ_POSTGRES_LAB", otherwise: "postgres")
        let isRight = try await Lab.run(named: name, kind: kind, keeps: keep) { lab in try await run(in: lab) }
        guard isRight else { throw ExitCode.failure }
    }

    private func run(in lab: Lab) async throws -> Bool {
        var size = PostgresService.Size()
        size.archive = archive
        size.scale = scale
        print(
            "\(PostgresService.service): PostgreSQL 15, data and write-ahead log on two volumes, "
                + "\(size.archive) MiB that rest, pgbench at scale \(size.scale) …"
        )
        let postgres = try await PostgresService.deploy(
            in: lab,
            on: "m1",
            size: size,
            properties: properties
        )
        let rate = rate ?? (kind == .vm ? 10 : 50)
        let circle = try await PostgresCircle.run(postgres, rate: rate) { print(PostgresMoveSummary($0)) }
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
}

extension LabKind: ExpressibleByArgument {}
