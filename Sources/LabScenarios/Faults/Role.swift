/// A machine by its part in a case.
package enum Role: String, Sendable, CaseIterable {
    /// The one that the workload is on when the case begins: it owns the volumes and drives.
    case source
    /// The one that it is to move to.
    case target
    /// The one that has the store, and that the command is given to. Neither source nor target unless the case says so.
    case founder
    case everyone
}

/// Which machines a case moves the workload between.
package enum Direction: Sendable {
    /// From where it is, m2 or m3, to the other of them; m1 has the store and looks on.
    case awayFromStore
    /// The machine with the store is the source.
    case fromFounder
    /// The machine with the store is the target.
    case toFounder
}
