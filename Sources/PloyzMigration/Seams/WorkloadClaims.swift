package import PloyzModel

/// Instances of this machine that a migration has in its hands: whoever keeps workloads running leaves them alone.
///
/// Claims are in memory. After a start of the daemon they are made again from the journal, before anything is started.
package protocol WorkloadClaims: Sendable {
    func claim(_ instances: [InstanceRef], for operation: OperationID)
    func release(_ operation: OperationID)
}
