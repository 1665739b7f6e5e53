import Foundation
import PloyzAPI
import PloyzModel

/// PostgreSQL goes around a circle of three machines under load, and is looked at closely after each move.
package struct PostgresCircle: Sendable {
    package static let machines = ["m1", "m2", "m3"]
    package static let route = [("m1", "m2"), ("m2", "m3"), ("m3", "m1")]

    package let address: String
    package let moves: [PostgresMove]

    /// Runs the moves; `report` gets each as it ends.
    ///
    /// - Parameter rate: pgbench's transactions each second.
    package static func run(
        _ postgres: PostgresService,
        rate: Int,
        report: (PostgresMove) -> Void = { _ in }
    ) async throws -> PostgresCircle {
        var moves: [PostgresMove] = []
        var ledgers: [URL] = []
        for (number, leg) in route.enumerated() {
            let move = try await PostgresMove.perform(
                postgres,
                number: number + 1,
                from: leg.0,
                to: leg.1,
                machines: machines,
                rate: rate,
                ledgers: &ledgers
            )
            report(move)
            moves.append(move)
        }
        return PostgresCircle(address: postgres.address, moves: moves)
    }

    /// Of the move that comes back to the first machine.
    package var wayBack: WayBack? { moves.count == Self.route.count ? WayBack(of: moves[0], moves[2]) : nil }

    /// What must hold of the circle and does not, in words; empty when all is well.
    package var violations: [String] {
        moves.enumerated().flatMap { number, move in
            violations(of: move).map { "move \(number + 1), \(move.from) to \(move.to): \($0)" }
        } + (wayBack?.violations ?? ["the circle is not closed"])
    }

    private func violations(of move: PostgresMove) -> [String] {
        var found = move.findings.faults
        if move.ledger.lost != 0 { found.append("\(move.ledger.lost) acknowledged commits are lost") }
        if move.ledger.acknowledged == 0 { found.append("no commit was acknowledged") }
        for client in move.clients where client.report.acknowledged == 0 {
            found.append("the client on \(client.machine) had no commit acknowledged")
        }
        if move.transactions <= 0 { found.append("pgbench committed nothing") }
        if move.address != address { found.append("the address changed from \(address) to \(move.address)") }
        if move.report.downtime == nil { found.append("no downtime was measured") }
        return found
    }
}
