package import Foundation
package import PloyzModel

/// Everything that a target must remember of an operation across a crash.
package struct TargetEntry: Hashable, Sendable, Codable {
    package enum Phase: String, Hashable, Sendable, Codable {
        /// Nothing of it is here, or nothing is left.
        case none
        case preparing
        case prepared
        /// A candidate may be running, and may be ready.
        case starting
        /// A candidate that nobody asked about was stopped, and kept.
        case stopped
        /// The commit is known.
        case settling
        case settled
    }

    package let operation: OperationID
    /// Attempts up to this one are refused for ever; 0 for none.
    package var tombstone: Int
    /// The attempt that ``phase`` is of; 0 before the first.
    package var attempt: Int
    package var phase: Phase
    package var source: MachineID?
    package var unit: MigrationUnit?
    /// As ``PrepareRequest/bases``.
    package var bases: [VolumeRef: UInt64]
    /// As ``PrepareRequest/settings``.
    package var settings: [VolumeRef: VolumeSettings]?
    /// As ``PrepareRequest/keys``.
    package var keys: [VolumeRef: KeyFile]?
    /// What the candidates were started from.
    package var snapshots: [VolumeRef: UInt64]
    /// By the instance's reference.
    package var sandboxes: [String: RunningContainer]
    /// When a candidate that nobody asks about is stopped.
    package var deadline: Date?

    package init(operation: OperationID) {
        self.operation = operation
        tombstone = 0
        attempt = 0
        phase = .none
        source = nil
        unit = nil
        bases = [:]
        settings = nil
        keys = nil
        snapshots = [:]
        sandboxes = [:]
        deadline = nil
    }

    package var id: AttemptID { AttemptID(operation: operation, attempt: attempt) }

    /// Whether anything of the attempt may exist on this machine.
    var isOpen: Bool {
        switch phase {
        case .preparing, .prepared, .starting, .stopped, .settling: true
        case .none, .settled: false
        }
    }
}
