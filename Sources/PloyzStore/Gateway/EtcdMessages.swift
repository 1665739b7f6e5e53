import Foundation

// The messages of etcd's HTTP/JSON gateway that this store uses, with the field names of rpc.proto (etcd 3.4,
// etcdserverpb). Bytes are base64, and 64-bit integers are strings.

/// A 64-bit integer, which the gateway writes as a string (the JSON mapping of Protocol Buffers).
struct Int64Text: Codable, Hashable {
    let value: Int64

    init(_ value: Int64) { self.value = value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Int64(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no 64-bit integer")
        }
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(value))
    }
}

struct EtcdHeader: Decodable {
    /// Made from the first members and their token: another one after a restoring.
    let cluster_id: String?
    let revision: Int64Text?
}

struct EtcdKeyValue: Decodable {
    let key: Data
    /// Left out when it is empty.
    let value: Data?
}

struct EtcdRangeRequest: Encodable {
    let key: Data
    let range_end: Data?
    /// The most entries of the answer; nil for all.
    var limit: Int64Text?
    /// As of this revision; nil for now.
    var revision: Int64Text?
}

struct EtcdRangeResponse: Decodable {
    let header: EtcdHeader
    /// Whether the limit left some out; left out when it did not.
    let more: Bool?
    /// Left out when there is none.
    let kvs: [EtcdKeyValue]?
}

struct EtcdTransactionRequest: Encodable {
    struct Compare: Encodable {
        enum Target: String, Encodable {
            case version = "VERSION"
            case value = "VALUE"
        }

        enum Result: String, Encodable {
            case equal = "EQUAL"
            case greater = "GREATER"
        }

        let key: Data
        let target: Target
        let result: Result
        var version: Int64Text?
        var value: Data?
    }

    struct Operation: Encodable {
        struct Put: Encodable {
            let key: Data
            let value: Data
        }

        struct DeleteRange: Encodable {
            let key: Data
        }

        var request_put: Put?
        var request_delete_range: DeleteRange?
    }

    let compare: [Compare]
    let success: [Operation]
}

struct EtcdTransactionResponse: Decodable {
    /// Left out when it is false.
    let succeeded: Bool?
}

struct EtcdWatchRequest: Encodable {
    struct Create: Encodable {
        let key: Data
        let range_end: Data
        let start_revision: Int64Text
        /// A sign of life when there are no events.
        var progress_notify = true
        /// Lets the member cut a long list of events into several messages.
        var fragment = true
    }

    let create_request: Create
}

/// One line of a watch: a result or an error.
struct EtcdWatchLine: Decodable {
    struct Event: Decodable {
        enum Kind: String, Decodable {
            case put = "PUT"
            case delete = "DELETE"
        }

        /// Left out for a put.
        let type: Kind?
        let kv: EtcdKeyValue
    }

    struct Result: Decodable {
        let created: Bool?
        let canceled: Bool?
        let cancel_reason: String?
        /// Not zero when the revision that was asked for is compacted.
        let compact_revision: Int64Text?
        let events: [Event]?
    }

    let result: Result?
    let error: EtcdFailure?
}

/// What the gateway says when a call fails.
struct EtcdFailure: Decodable {
    /// A status code of gRPC.
    let code: Int?
    let grpc_code: Int?
    let message: String?

    var status: Int? { code ?? grpc_code }

    /// Codes with which etcd refuses a request before it is proposed to the members: invalid argument, not found,
    /// permission denied, resource exhausted, failed precondition, unauthenticated. All others (unavailable, deadline, internal)
    /// may come after the proposal.
    var isRefusal: Bool { status.map { [3, 5, 7, 8, 9, 16].contains($0) } ?? false }
}

struct EtcdHealth: Decodable {
    let health: String
}
