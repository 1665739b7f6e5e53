/// The time in which an address has no instance that answers: new connections to it wait, each on the machine where it was
/// begun, and go on to wherever the next record of the address leads.
///
/// Which place that is, a parked record does not say: it is decided when the operation is. Until then the address leads
/// where it led before, for connections that were begun before.
package struct Parking: Codable, Hashable, Sendable {
    /// What the instance stands still for, and who lets the connections go on.
    package let operation: OperationID

    package init(operation: OperationID) {
        self.operation = operation
    }
}

extension RouteRecord {
    /// The record while the instance stands still for `operation`.
    package func parked(for operation: OperationID) -> RouteRecord {
        var parked = self
        parked.parking = Parking(operation: operation)
        parked.generation = parked.generation.grown
        return parked
    }

    /// The record when the instance answers again where it was.
    package var released: RouteRecord {
        var released = self
        released.parking = nil
        released.generation = released.generation.grown
        return released
    }
}
