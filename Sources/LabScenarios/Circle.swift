import Foundation
import PloyzAPI
import PloyzModel

/// The main job: a service with its volumes moves to another machine, back, and around a circle over a third, while
/// clients on all machines write to it.
package struct Circle: Sendable {
    package static let machines = ["m1", "m2", "m3"]

    /// Each move's machines: there, back, and the circle.
    package static let route = [("m1", "m2"), ("m2", "m1"), ("m1", "m2"), ("m2", "m3"), ("m3", "m1")]

    package let moves: [Move]

    /// Runs the moves; `report` gets each as it ends.
    package static func run(_ shop: Shop, report: (Move) -> Void = { _ in }) async throws -> Circle {
        var moves: [Move] = []
        var ledgers: [URL] = []
        for (number, leg) in route.enumerated() {
            let move = try await Move.perform(
                shop,
                number: number + 1,
                from: leg.0,
                to: leg.1,
                machines: machines,
                ledgers: &ledgers
            )
            report(move)
            moves.append(move)
        }
        return Circle(moves: moves)
    }

    /// What must hold of the circle and does not, in words; empty when all is well.
    package var violations: [String] {
        var found: [String] = []
        for (number, move) in moves.enumerated() {
            let name = "move \(number + 1), \(move.from) to \(move.to)"
            if move.ledger.lost != 0 { found.append("\(name): \(move.ledger.lost) acknowledged writes are lost") }
            if move.ledger.acknowledged == 0 { found.append("\(name): no write was acknowledged") }
            if move.addressBefore != move.addressAfter {
                found.append("\(name): the address changed from \(move.addressBefore) to \(move.addressAfter)")
            }
            for client in move.clients where client.report.acknowledged == 0 {
                found.append("\(name): the client on \(client.machine) had no write acknowledged")
            }
            for client in move.clients where client.report.failedConnects > 0 {
                found.append("\(name): \(client.machine) got no connection: \(client.report.errors)")
            }
        }
        if let first = moves.first?.report.bytes.bytes, moves.count > 1 {
            let back = moves[1].report.bytes.bytes
            if back * 20 >= first { found.append("the way back sent \(back) bytes, 5 % or more of \(first)") }
        }
        return found
    }
}
