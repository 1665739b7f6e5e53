import PloyzModel
import Synchronization

/// The operations that a task of this daemon runs, or is about to run.
final class OperationsInHand: Sendable {
    private let operations = Mutex<Set<OperationID>>([])

    /// false when it is in hand already.
    func take(_ operation: OperationID) -> Bool { operations.withLock { $0.insert(operation).inserted } }
    func drop(_ operation: OperationID) { operations.withLock { _ = $0.remove(operation) } }
    func has(_ operation: OperationID) -> Bool { operations.withLock { $0.contains(operation) } }
}
