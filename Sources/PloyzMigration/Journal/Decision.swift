package import Foundation
package import PloyzModel

/// The value of a decision key: `running`, then exactly one of the others.
package enum Decision: String, Hashable, Sendable, CaseIterable {
    case running
    case committed
    case aborted

    package var value: Data { Data(rawValue.utf8) }

    package init?(value: Data) { self.init(rawValue: String(decoding: value, as: UTF8.self)) }
}

extension ClusterStore {
    /// What was decided; nil when the store knows nothing of the operation.
    package func decision(_ operation: OperationID) async throws -> Decision? {
        try await get(.decision(operation)).flatMap { Decision(value: $0) }
    }

    /// The operation that has the service; nil when none has.
    package func lockHolder(_ service: ServiceRef) async throws -> OperationID? {
        try await get(.lock(service)).flatMap { try? OperationID(String(decoding: $0, as: UTF8.self)) }
    }
}

extension AttemptID {
    /// The value of the candidate key.
    package var candidateValue: Data { Data(String(attempt).utf8) }
}

extension OperationID {
    /// The value of a lock.
    package var lockValue: Data { Data(text.utf8) }
}
