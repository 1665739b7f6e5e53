package import Foundation
package import PloyzModel

/// One migration, as the store keeps it while it runs and as history afterwards.
package struct OperationRecord: Hashable, Sendable, Codable, Identifiable {
    package enum State: String, Hashable, Sendable, Codable {
        case running
        /// The commit was sent and its answer was lost: a later write decides.
        case undecided
        case committed
        case aborted
    }

    package let id: OperationID
    /// The service that was asked for.
    package let service: ServiceRef
    package let instance: InstanceRef
    /// Every service that moves, and is locked.
    package let services: [ServiceRef]
    package let from: MachinePlace
    package let to: MachinePlace
    /// The machine that drives: the one that owns the volumes.
    package let coordinator: MachineID
    package let request: MigrationRequest
    /// 1 and up.
    package var attempt: Int
    package var phase: MigrationPhase
    package var state: State
    package var plan: MigrationPlan
    /// Every stream that arrived, in order.
    package var rounds: [RoundRecord]
    /// The last prediction before the cutover.
    package var predicted: DowntimeParts<TimeEstimate>
    package var measured: DowntimeParts<Microseconds?>
    /// From the stop signal until the address answers on the target, or again on the source; nil when the workload never
    /// stopped.
    package var downtime: Microseconds?
    /// Bytes of all volumes and images that were sent.
    package var totalBytes: ByteCount
    package var error: PloyzError?
    package var startedAt: Date
    package var finishedAt: Date?
    /// nil while it runs.
    package var outcome: MigrationOutcome?
    /// What is still to be cleaned up, in words.
    package var pending: [String]

    package init(
        id: OperationID,
        coordinator: MachineID,
        request: MigrationRequest,
        attempt: Int,
        plan: MigrationPlan,
        startedAt: Date
    ) {
        self.id = id
        self.service = plan.service
        self.instance = plan.instance
        self.services = Set(plan.unit.members.map(\.service.ref)).sorted()
        self.from = plan.from
        self.to = plan.to
        self.coordinator = coordinator
        self.request = request
        self.attempt = attempt
        self.phase = .plan
        self.state = .running
        self.plan = plan
        self.rounds = []
        self.predicted = plan.downtime
        self.measured = DowntimeParts(all: nil)
        self.downtime = nil
        self.totalBytes = .zero
        self.error = nil
        self.startedAt = startedAt
        self.finishedAt = nil
        self.outcome = nil
        self.pending = []
    }

    package var attemptID: AttemptID { AttemptID(operation: id, attempt: attempt) }
}
