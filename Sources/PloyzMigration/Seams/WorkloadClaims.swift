package import PloyzModel

/// Instances of this machine that a migration has in its hands: whoever keeps workloads running leaves them alone.
///
/// Claims are in memory. After a start of the daemon they are made again from the journal, before anything is started.
///
/// Contract: each operation's claim is its own; an instance is free when no operation claims it.
package protocol WorkloadClaims: Sendable {
    /// Returns when nobody else is starting or removing the instances any more, and nobody will before the release.
    func claim(_ instances: [InstanceRef], for operation: OperationID) async
    func release(_ operation: OperationID)
}
