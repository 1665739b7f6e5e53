import PloyzMigration
import PloyzModel
import Synchronization

/// Instances on this machine that a migration has in its hands. Whoever keeps workloads running leaves them alone.
final class InstanceClaims: WorkloadClaims {
    private let claimed = Mutex<[InstanceRef: OperationID]>([:])

    init() {}

    func claim(_ instances: [InstanceRef], for operation: OperationID) {
        claimed.withLock { claims in
            for instance in instances { claims[instance] = operation }
        }
    }

    func release(_ operation: OperationID) {
        claimed.withLock { claims in claims = claims.filter { $0.value != operation } }
    }

    func isClaimed(_ instance: InstanceRef) -> Bool { claimed.withLock { $0[instance] != nil } }
}
