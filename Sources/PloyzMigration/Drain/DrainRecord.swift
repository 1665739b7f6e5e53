package import Foundation
package import PloyzModel

/// The emptying of a machine, or the bringing home of what that moved, as the store keeps it: at most one for a machine.
///
/// Only the daemon of ``machine`` writes it while it runs; whoever begins one writes it when none runs.
package struct DrainRecord: Hashable, Sendable, Codable, Identifiable {
    package enum Direction: String, Hashable, Sendable, Codable {
        /// Off the machine.
        case away
        /// Back to it.
        case home
    }

    package enum State: String, Hashable, Sendable, Codable {
        case running
        case ended
    }

    package let id: DrainID
    /// The machine that is emptied, or filled again; its daemon drives.
    package let machine: MachinePlace
    package let direction: Direction
    package let request: DrainOrder
    /// Grows with each writing, so that who looks at a copy knows the newer of two.
    package var version: Int
    package var state: State
    /// In the order in which they begin.
    package var moves: [DrainMove]
    /// Moved by earlier drains of this machine, and not brought home since.
    package var earlier: [DrainMove]
    /// How often it looked, when all was done, whether what is on its way to the machine has arrived.
    package var waits: Int
    /// Why it takes no more moves, when it was ended.
    package var note: String?
    package let startedAt: Date
    package var finishedAt: Date?

    package init(
        id: DrainID,
        machine: MachinePlace,
        direction: Direction,
        request: DrainOrder,
        moves: [DrainMove],
        earlier: [DrainMove] = [],
        startedAt: Date
    ) {
        self.id = id
        self.machine = machine
        self.direction = direction
        self.request = request
        self.version = 1
        self.state = .running
        self.moves = moves
        self.earlier = earlier
        self.waits = 0
        self.note = nil
        self.startedAt = startedAt
        self.finishedAt = nil
    }

    /// Every unit that drains have put elsewhere and nothing has brought home, with `from` the machine and `to` where it
    /// was put.
    package var away: [DrainMove] {
        switch direction {
        case .away:
            earlier.filter { move in !moves.contains { $0.instance == move.instance } }
                + moves.filter { $0.state == .moved }
        case .home: moves.filter { $0.isMissed || $0.isOpen }.compactMap(\.reversed)
        }
    }

    /// What `machine` is counted on for by moves that are still to come, or on their way.
    package func claim(on machine: MachineID) -> ByteCount {
        guard state == .running else { return .zero }
        return moves.filter { $0.isOpen && $0.to?.id == machine }.reduce(.zero) { $0 + $1.claim }
    }
}

/// What the operator allowed a drain.
package struct DrainOrder: Hashable, Sendable, Codable {
    /// How many migrations may run at once.
    package static let parallelRange = 1...8
    package static let defaultParallel = 2

    /// The machines that may be chosen; empty for all.
    package let targets: [MachineID]
    /// In ``parallelRange``.
    package let parallel: Int
    /// Of each migration.
    package let maxDowntime: Span?
    /// Of each migration.
    package let stallLimit: Span?

    package init(
        targets: [MachineID] = [],
        parallel: Int = DrainOrder.defaultParallel,
        maxDowntime: Span? = nil,
        stallLimit: Span? = nil
    ) {
        self.targets = targets
        self.parallel = parallel
        self.maxDowntime = maxDowntime
        self.stallLimit = stallLimit
    }
}

package enum DrainIDKind: IdentifierKind { package static let prefix = "dr" }

package typealias DrainID = Identifier<DrainIDKind>

extension DrainRecord: StoreRecord {
    package var storeKey: StoreKey { .drain(machine.id) }
}
