/// Who has how many connections open: a bound for each address, so that one stranger leaves room for others, and one for
/// all together.
///
/// A value without sockets; each server owns one.
package struct ConnectionBounds<Address: Hashable & Sendable>: Sendable {
    package enum Refusal: String, Error, Hashable, Sendable {
        /// The address has as many as one may have.
        case address = "connections-of-one-address"
        /// All together are as many as there may be.
        case total = "connections-in-all"
    }

    private let perAddress: Int
    private let total: Int
    private var open: [Address: Int] = [:]
    package private(set) var count = 0

    package init(perAddress: Int, total: Int) {
        self.perAddress = perAddress
        self.total = total
    }

    /// Counts one more connection, unless it is one too many. What was counted must be closed.
    package mutating func open(_ address: Address) throws(Refusal) {
        let own = open[address, default: 0]
        if Guard.connections.isOn {
            guard own < perAddress else { throw .address }
            guard count < total else { throw .total }
        }
        open[address] = own + 1
        count += 1
    }

    package mutating func close(_ address: Address) {
        guard let own = open[address] else { return }
        open[address] = own > 1 ? own - 1 : nil
        count -= 1
    }
}
