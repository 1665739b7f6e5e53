package import Foundation
package import PloyzModel

/// This machine's durable memory of operations: what it is about to do, what it did, what it has discarded.
///
/// ``write(_:for:)`` returns only when the bytes survive a power cut (write, fsync, rename, fsync of the directory).
package protocol Journal: Sendable {
    func read(_ operation: OperationID) async throws -> Data?
    func write(_ entry: Data, for operation: OperationID) async throws
    func remove(_ operation: OperationID) async throws
    /// Operations that have an entry.
    func operations() async throws -> [OperationID]
}
