import Foundation

// The messages of etcd's membership and maintenance APIs (rpc.proto of etcd 3.4). Identifiers are unsigned 64-bit integers,
// written as strings.

struct EtcdMemberList: Decodable {
    struct Member: Decodable {
        let ID: String
        /// Left out until the member has been started once.
        let name: String?
        let peerURLs: [String]?
        /// Left out when it is false.
        let isLearner: Bool?
    }

    let members: [Member]?
}

struct EtcdNothing: Codable {}

struct EtcdMemberAddRequest: Encodable {
    let peerURLs: [String]
    let isLearner: Bool
}

/// Of a promotion and of a removal.
struct EtcdMemberRequest: Encodable {
    let ID: String
}

struct EtcdMoveLeaderRequest: Encodable {
    let targetID: String
}

struct EtcdStatusResponse: Decodable {
    struct Header: Decodable {
        let member_id: String?
        let revision: Int64Text?
    }

    let header: Header
    /// Left out when the member knows no leader.
    let leader: String?
    let dbSize: Int64Text?
    let raftAppliedIndex: Int64Text?
    /// Left out when it is false.
    let isLearner: Bool?
    let errors: [String]?
}

/// One line of a snapshot: a piece of it, or why there are no more.
struct EtcdSnapshotLine: Decodable {
    struct Result: Decodable {
        let blob: Data?
    }

    let result: Result?
    let error: EtcdFailure?
}
