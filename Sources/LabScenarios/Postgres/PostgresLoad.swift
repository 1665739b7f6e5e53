import Foundation

/// pgbench against the service, from one machine, until it is ended. It begins anew when the service has thrown its
/// sessions out.
struct PostgresLoad: Sendable {
    private static let container = "lab-pgbench"

    let postgres: PostgresService
    let machine: String

    /// - Parameter rate: transactions each second, as far as the machines manage.
    static func start(_ postgres: PostgresService, from machine: String, rate: Int) async throws -> PostgresLoad {
        // A connection whose other end moved away without a word must not be waited for.
        let connection =
            "host=\(postgres.address) user=postgres dbname=postgres connect_timeout=5 tcp_user_timeout=10000"
            + " keepalives_idle=5 keepalives_interval=2 keepalives_count=3"
        let script = """
            while :; do pgbench --no-vacuum --client 2 --rate \(rate) --time 86400 '\(connection)'; sleep 0.2; done
            """
        let run = postgres.client + ["--detach", "--name", container, "--entrypoint", "/bin/sh", postgres.image]
        try await postgres.lab.run(machine, run + ["-c", script], within: PostgresService.patience).succeeded()
        return PostgresLoad(postgres: postgres, machine: machine)
    }

    func stop() async throws {
        try await postgres.lab.run(machine, ["docker", "rm", "-f", Self.container], within: PostgresService.patience)
            .succeeded()
    }
}
