package import Foundation

/// A client on one machine that opens connections and writes, and keeps a ledger of what was acknowledged.
package struct Probe: Sendable {
    package let machine: String
    package let ledger: URL
    private let program: BackgroundProgram

    /// Starts writing to a Redis at `address` from `machine`, one connection every `interval` milliseconds; nil for as
    /// often as the kind of the lab allows.
    ///
    /// - Parameter connectLimit: milliseconds for a connection.
    package static func write(
        in lab: Lab,
        from machine: String,
        to address: String,
        name: String,
        interval: Int? = nil,
        connectLimit: Int = 500
    ) throws -> Probe {
        let ledger = lab.scratch.appending(path: "\(name).ledger")
        let interval = interval ?? lab.kind.clientInterval
        let program = try lab.startWithLedger(
            machine,
            [
                "lab-probe", "write", "--to", address, "--id", name, "--interval-ms", String(interval),
                "--connect-timeout-ms", String(connectLimit), "--timeout-ms", String(connectLimit + 5000),
            ],
            ledger: ledger,
            output: lab.scratch.appending(path: "\(name).json")
        )
        return Probe(machine: machine, ledger: ledger, program: program)
    }

    /// Starts committing to a PostgreSQL at `address` from `machine`, one connection every `interval` milliseconds; nil for
    /// half as often as the kind of the lab allows.
    package static func commits(
        in lab: Lab,
        from machine: String,
        to address: String,
        name: String,
        interval: Int? = nil
    ) throws -> Probe {
        let ledger = lab.scratch.appending(path: "\(name).ledger")
        let interval = interval ?? 2 * lab.kind.clientInterval
        let program = try lab.startWithLedger(
            machine,
            [
                "lab-probe", "commits", "--to", address, "--id", name, "--interval-ms", String(interval),
                "--connect-timeout-ms", "5000", "--timeout-ms", "30000",
            ],
            ledger: ledger,
            output: lab.scratch.appending(path: "\(name).json")
        )
        return Probe(machine: machine, ledger: ledger, program: program)
    }

    /// Starts asking an HTTP server at `address` from `machine`.
    ///
    /// - Parameter connectLimit: milliseconds for a connection.
    package static func http(
        in lab: Lab,
        from machine: String,
        to address: String,
        name: String,
        interval: Int = 10,
        connectLimit: Int = 3000
    ) throws -> Probe {
        let program = try lab.start(
            machine,
            [
                "lab-probe", "http", "--to", address, "--id", name, "--interval-ms", String(interval),
                // A lost packet is sent again after 1 s: late, and no failure.
                "--connect-timeout-ms", String(connectLimit), "--timeout-ms", String(connectLimit + 2000),
            ],
            output: lab.scratch.appending(path: "\(name).json")
        )
        return Probe(machine: machine, ledger: lab.scratch.appending(path: "\(name).ledger"), program: program)
    }

    /// Ends the client and returns what it saw.
    package func stop() async throws -> ProbeReport {
        try JSONDecoder().decode(ProbeReport.self, from: try await program.stop())
    }

    /// Reads back every acknowledged write of the ledgers from the server at `address`.
    ///
    /// - Parameters:
    ///   - server: `redis` or `postgres`.
    ///   - seconds: for all of it.
    package static func verify(
        in lab: Lab,
        from machine: String,
        at address: String,
        ledgers: [URL],
        server: String = "redis",
        within seconds: Int = 300
    ) async throws -> LedgerReport {
        let paths = try await lab.handOver(ledgers, to: machine)
        let result = try await lab.run(
            machine,
            ["lab-probe", "verify", "--to", address, "--server", server, "--ledger"] + paths,
            within: seconds
        )
        return try JSONDecoder().decode(LedgerReport.self, from: result.output)
    }
}

/// What a probe saw, from its own report.
package struct ProbeReport: Codable, Sendable {
    package var attempts: Int
    package var acknowledged: Int
    package var failedConnects: Int
    package var failedRequests: Int
    /// Failures by kind and errno.
    package var errors: [String: Int]
    /// The longest time between two acknowledgements, in milliseconds.
    package var longestGap: Double
    package var longestWait: Double
    /// Acknowledged attempts that took more than 50 ms.
    package var held: Int
    /// The longest times between two acknowledgements, longest first.
    package var gaps: [Gap]

    package struct Gap: Codable, Sendable {
        package var milliseconds: Double
        /// Nanoseconds since 1970.
        package var beganWall: UInt64

        enum CodingKeys: String, CodingKey {
            case milliseconds = "ms"
            case beganWall = "began_wall_ns"
        }

        /// When the next acknowledgement came.
        package var end: Date { Date(timeIntervalSince1970: Double(beganWall) / 1e9 + milliseconds / 1000) }
    }

    enum CodingKeys: String, CodingKey {
        case attempts, acknowledged, errors, held, gaps
        case failedConnects = "failed_connects"
        case failedRequests = "failed_requests"
        case longestGap = "longest_gap_ms"
        case longestWait = "longest_wait_ms"
    }
}

/// What became of the acknowledged writes of some ledgers.
package struct LedgerReport: Codable, Sendable {
    package var acknowledged: Int
    package var present: Int
    package var lost: Int
}
