import Foundation
import PloyzMigration
import PloyzModel

/// How a drain goes on: what each event makes of its record. Nothing here acts.
extension DrainRecord {
    /// How often a move may be set back by what passes. They are ``DrainDriver/pause`` apart: two minutes in all.
    static let patience = 24

    /// The next move that may begin: a place is free, and no move of the same services runs.
    var next: Int? {
        let running = moves.filter { $0.state == .running }
        guard running.count < request.parallel else { return nil }
        let busy = running.reduce(into: Set<ServiceRef>()) { $0.formUnion($1.services) }
        return moves.firstIndex { $0.state == .waiting && $0.services.isDisjoint(with: busy) }
    }

    /// Moves that are on their way.
    var running: [Int] { moves.indices.filter { moves[$0].state == .running } }

    var isThrough: Bool { !moves.contains(where: \.isOpen) }

    /// The migration of a move has ended, or a unit was found to be on its target already.
    mutating func arrived(_ index: Int, at place: MachinePlace?, by operation: OperationRecord?) {
        moves[index].state = .moved
        moves[index].to = place ?? moves[index].to
        moves[index].error = nil
        guard let operation else { return }
        moves[index].operation = operation.id
        moves[index].sent = operation.totalBytes
        moves[index].measuredDowntime = operation.downtime
        moves[index].measuredTime = operation.finishedAt.map {
            Microseconds(.seconds($0.timeIntervalSince(operation.startedAt)))
        }
        moves[index].note = operation.outcome == .cleanupPending ? "its cleanup is pending" : nil
    }

    /// A migration failed, or could not be begun.
    ///
    /// - Returns: what it means; ``DrainSetback/target`` only when another target may be tried, and the move then waits for
    ///   one.
    mutating func setBack(_ index: Int, by error: PloyzError, wasRunning: Bool) -> DrainSetback {
        moves[index].error = error
        switch DrainSetback(error, wasRunning: wasRunning) {
        case let meaning where moves[index].setbacks < Self.patience && (meaning == .passes || meaning == .busy):
            // Twice at most for what costs a stop.
            moves[index].setbacks += meaning == .busy ? Self.patience / 2 : 1
            moves[index].state = .waiting
            moves[index].operation = nil
            return .passes
        case .target where direction == .away && moves[index].tried.isEmpty:
            if let place = moves[index].to { moves[index].tried.append(place) }
            moves[index].state = .waiting
            moves[index].operation = nil
            return .target
        case .gone:
            leave(index, because: "it is not on \(moves[index].from) any more")
            return .gone
        case .passes, .busy, .target, .final:
            moves[index].state = .failed
            moves[index].error = error.leaving(
                state: "\(moves[index].instance) runs on \(moves[index].from)",
                next: moves[index].to.map { Self.command(moves[index].instance, to: $0) }
            )
            return .final
        }
    }

    /// The move has another target.
    mutating func redirect(_ index: Int, to other: DrainMove) {
        moves[index].to = other.to
        moves[index].claim = other.claim
        moves[index].bytes = other.bytes
        moves[index].time = other.time
        moves[index].downtime = other.downtime
        moves[index].note = moves[index].tried.last.map {
            "not to \($0): \(moves[index].error?.message ?? "it failed")"
        }
        moves[index].error = nil
    }

    /// No other target takes it.
    mutating func giveUp(_ index: Int) {
        moves[index].state = .failed
        moves[index].error = moves[index].error?.leaving(
            state: "\(moves[index].instance) runs on \(moves[index].from)",
            next: moves[index].to.map { Self.command(moves[index].instance, to: $0) }
        )
    }

    /// The unit is not where the drain would take it from.
    mutating func leave(_ index: Int, because reason: String) {
        moves[index].state = .gone
        moves[index].error = nil
        moves[index].note = reason
    }

    /// What waits is not begun any more; what runs goes on to its end.
    mutating func stop(because reason: String) {
        note = note ?? reason
        for index in moves.indices where moves[index].state == .waiting { moves[index].state = .left }
    }

    mutating func end(at date: Date) {
        state = .ended
        finishedAt = date
    }

    private static func command(_ instance: InstanceRef, to target: MachinePlace) -> String {
        "ployzctl migrate apply \(instance.service) --to \(target) --instance \(instance.index)"
    }
}
