import Foundation

/// Clients that write to every database of the fleet and ask every page, each request on a new connection, from machines
/// that stay up.
struct DrainClients: Sendable {
    private let fleet: DrainFleet
    private let writers: [(database: String, probe: Probe)]
    private let askers: [(page: String, probe: Probe)]

    /// Milliseconds between two requests of a client.
    private static let interval = 50
    /// Milliseconds that a client gives a connection: what is parked waits as long as the workload stands still.
    private static let connectLimit = 20_000

    /// - Parameter name: tells the runs of one client apart.
    static func start(_ fleet: DrainFleet, _ name: String, from machines: [String]) throws -> DrainClients {
        var writers: [(String, Probe)] = []
        for (index, database) in DrainFleet.databases.map(\.0).enumerated() {
            let address = try fleet.address("fleet/\(database)/0")
            writers.append(
                (
                    database,
                    try Probe.write(
                        in: fleet.lab,
                        from: machines[index % machines.count],
                        to: "\(address):6379",
                        name: "\(name)-\(database)",
                        interval: interval,
                        connectLimit: connectLimit
                    )
                )
            )
        }
        var askers: [(String, Probe)] = []
        for (index, page) in DrainFleet.pages.enumerated() {
            askers.append(
                (
                    page,
                    try Probe.http(
                        in: fleet.lab,
                        from: machines[index % machines.count],
                        to: "\(try fleet.address(page)):80",
                        name: "\(name)-\(page.replacing("/", with: "-"))",
                        interval: interval,
                        connectLimit: connectLimit
                    )
                )
            )
        }
        return DrainClients(fleet: fleet, writers: writers, askers: askers)
    }

    /// Ends the clients and reads every acknowledged write back.
    func stop(verifyingFrom machine: String) async throws -> DrainTraffic {
        var traffic = DrainTraffic()
        for (page, probe) in askers { traffic.add(page, try await probe.stop()) }
        for (database, probe) in writers { traffic.add("fleet/\(database)", try await probe.stop()) }
        for (database, probe) in writers {
            let ledger = try await Probe.verify(
                in: fleet.lab,
                from: machine,
                at: "\(try fleet.address("fleet/\(database)/0")):6379",
                ledgers: [probe.ledger]
            )
            traffic.acknowledged += ledger.acknowledged
            traffic.lost += ledger.lost
        }
        return traffic
    }
}

/// What the clients of a phase saw.
struct DrainTraffic: Sendable {
    struct Line: Sendable {
        let client: String
        let requests: Int
        let failed: Int
        /// Milliseconds.
        let longestWait: Double
        let errors: [String: Int]
    }

    private(set) var lines: [Line] = []
    /// Writes that were acknowledged, and those of them that were not there afterwards.
    var acknowledged = 0
    var lost = 0

    var requests: Int { lines.reduce(0) { $0 + $1.requests } }
    var failed: Int { lines.reduce(0) { $0 + $1.failed } }

    mutating func add(_ client: String, _ report: ProbeReport) {
        lines.append(
            Line(
                client: client,
                requests: report.attempts,
                failed: report.failedConnects + report.failedRequests,
                longestWait: report.longestWait,
                errors: report.errors
            )
        )
    }

    /// A sentence, and a line for each client that saw a failure.
    var summary: String {
        let longest = Int(lines.map(\.longestWait).max() ?? 0)
        let failures = lines.filter { $0.failed > 0 }.map { "    \($0.client): \($0.failed) failed: \($0.errors)" }
        return
            ([
                "\(requests) requests, \(failed) failed, longest wait \(longest) ms; \(acknowledged) writes acknowledged, "
                    + "\(lost) lost"
            ] + failures).joined(separator: "\n")
    }
}

extension DrainFleet {
    func address(_ instance: String) throws -> String {
        guard let address = addresses[instance] else { throw ScenarioFailure("\(instance) is not deployed") }
        return address
    }
}
