/// What one machine has of an instance.
package enum LiveState: String, Codable, Sendable {
    /// No process of its container runs.
    case absent
    /// It runs, and no packet passes its link.
    case sealed
    /// It runs, and packets reach it.
    case open
}

/// One look at all machines that differs from the one before it.
package struct LiveSight: Encodable, Sendable {
    /// Nanoseconds of the host's monotonic clock.
    package var monotonic: UInt64
    /// By machine.
    package var states: [String: LiveState]
    /// Machines on which it was open at the same moment; one at most is right.
    package var open: [String]

    enum CodingKeys: String, CodingKey {
        case monotonic = "monotonic_ns"
        case states, open
    }
}

/// Watches one instance on every machine of a lab.
package protocol LiveWatch {
    /// What changed since the last call; waits a few milliseconds when nothing did.
    mutating func changes() throws -> [LiveSight]
}
