package import Foundation

/// What the machine of an instance last said of it. A report, never a permission: nothing is started by it.
package struct InstanceStatus: Codable, Hashable, Sendable {
    package enum State: String, Codable, Hashable, Sendable {
        /// Volumes are mounted, containers created and started.
        case starting
        /// The workload runs and its readiness probe succeeded, or it has none.
        case ready
        /// The workload runs, but its readiness probe has not succeeded in time.
        case unready
        /// It ended and its restart policy lets it rest.
        case stopped
        /// It cannot be started; ``message`` says why. It is tried again.
        case failed
    }

    package let instance: InstanceRef
    package let machine: MachineID
    package let state: State
    package let message: String?
    /// The generation of the service that runs.
    package let generation: UInt64
    /// Starts after the first.
    package let restarts: Int
    package let at: Date

    package init(
        instance: InstanceRef,
        machine: MachineID,
        state: State,
        message: String?,
        generation: UInt64,
        restarts: Int,
        at: Date
    ) {
        self.instance = instance
        self.machine = machine
        self.state = state
        self.message = message
        self.generation = generation
        self.restarts = restarts
        self.at = at
    }
}
