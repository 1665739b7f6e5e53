package import PloyzModel

extension StoreTransaction {
    /// The most conditions, and the most writes, of one transaction (etcd's `--max-txn-ops`, 128 by default).
    package static let maximumOperations = 128
    /// The most bytes of keys and values in one transaction. etcd refuses requests above 1.5 MiB
    /// (`--max-request-bytes`); half of that leaves room for its own encoding.
    package static let maximumBytes = 768 << 10

    /// Refuses what a store would refuse, before anything is sent: every implementation calls it first.
    ///
    /// - Throws: ``PloyzError`` `store-refused` when there are too many conditions, writes or bytes, or when two writes
    ///   have one key.
    package func checkBounds() throws(PloyzError) {
        guard conditions.count <= Self.maximumOperations, writes.count <= Self.maximumOperations else {
            throw refusal(
                """
                a transaction of \(conditions.count) conditions and \(writes.count) writes is above the limit of \
                \(Self.maximumOperations) each
                """
            )
        }
        guard size <= Self.maximumBytes else {
            throw refusal("a transaction of \(size) bytes is above the limit of \(Self.maximumBytes)")
        }
        var keys: Set<StoreKey> = []
        for write in writes where !keys.insert(write.key).inserted {
            throw refusal("a transaction writes the key '\(write.key)' twice")
        }
    }

    private var size: Int {
        let compared = conditions.reduce(0) { sum, condition in
            switch condition {
            case .absent(let key), .present(let key): sum + key.text.utf8.count
            case .value(let key, let value): sum + key.text.utf8.count + value.count
            }
        }
        return writes.reduce(compared) { sum, write in
            switch write {
            case .put(let key, let value): sum + key.text.utf8.count + value.count
            case .delete(let key): sum + key.text.utf8.count
            }
        }
    }

    private func refusal(_ message: String) -> PloyzError {
        PloyzError(.storeRefused, message, state: "nothing was written")
    }
}

extension StoreTransaction.Write {
    package var key: StoreKey {
        switch self {
        case .put(let key, _), .delete(let key): key
        }
    }
}
