import PloyzMigration
package import PloyzModel
import Synchronization

package final class InMemoryClaims: WorkloadClaims {
    private let claimed = Mutex<[InstanceRef: Set<OperationID>]>([:])

    package init() {}

    package func claim(_ instances: [InstanceRef], for operation: OperationID) {
        claimed.withLock { claims in
            for instance in instances { claims[instance, default: []].insert(operation) }
        }
    }

    package func release(_ operation: OperationID) {
        claimed.withLock { claims in
            for instance in claims.keys { claims[instance]?.remove(operation) }
            claims = claims.filter { !$0.value.isEmpty }
        }
    }

    var all: [InstanceRef: Set<OperationID>] { claimed.withLock { $0 } }

    func forget() { claimed.withLock { $0 = [:] } }

    package func holder(of instance: InstanceRef) -> OperationID? {
        claimed.withLock { claims in claims[instance]?.first }
    }
}
