package import PloyzModel

/// What planning comes to, when nothing refuses it.
package enum PlanOutcome: Hashable, Sendable, Codable {
    case move(plan: MigrationPlan)
    /// The instance is on the target: nothing to do, exit status 0.
    case alreadyThere(instance: InstanceRef, machine: MachinePlace)
}
