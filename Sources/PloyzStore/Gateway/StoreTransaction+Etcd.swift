import Foundation
import PloyzMigration

extension EtcdTransactionRequest {
    init(_ transaction: StoreTransaction) {
        compare = transaction.conditions.map { condition in
            switch condition {
            // A key that does not exist has version 0.
            case .absent(let key):
                Compare(key: key.bytes, target: .version, result: .equal, version: Int64Text(0))
            case .present(let key):
                Compare(key: key.bytes, target: .version, result: .greater, version: Int64Text(0))
            // Never equal when the key does not exist, not even to an empty value: etcd calls a comparison with the
            // value of a missing key false.
            case .value(let key, let value):
                Compare(key: key.bytes, target: .value, result: .equal, value: value)
            }
        }
        success = transaction.writes.map { write in
            switch write {
            case .put(let key, let value): Operation(request_put: .init(key: key.bytes, value: value))
            case .delete(let key): Operation(request_delete_range: .init(key: key.bytes))
            }
        }
    }
}

extension StoreKey {
    var bytes: Data { Data(text.utf8) }

    /// The first key behind every key that starts with this one; keys of ours are text and so never end in 0xFF.
    var prefixEnd: Data {
        var end = bytes
        if let last = end.popLast() { end.append(last + 1) }
        return end
    }
}
