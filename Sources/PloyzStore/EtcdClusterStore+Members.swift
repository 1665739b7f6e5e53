import AsyncHTTPClient
package import Foundation
import NIOCore
import PloyzModel

extension EtcdClusterStore {
    /// Every member, learners too, in the order in which etcd has them.
    package func members() async throws -> [StoreMember] {
        let answer = try await gateway.read("/v3/cluster/member/list", EtcdNothing(), as: EtcdMemberList.self)
        return (answer.members ?? []).map { member in
            StoreMember(
                id: member.ID,
                name: member.name ?? "",
                peerURLs: member.peerURLs ?? [],
                isLearner: member.isLearner ?? false
            )
        }
    }

    /// Tells the members of a new one, which has no vote until ``promoteMember(_:)``.
    ///
    /// - Throws: `store-refused` when etcd will not have it, for example because another learner is there already;
    ///   `store-outcome-unknown` also when a member was not connected to all others for the last five seconds.
    package func addLearner(at endpoint: StoreEndpoint) async throws {
        let request = EtcdMemberAddRequest(peerURLs: [endpoint.description], isLearner: true)
        _ = try await gateway.write("/v3/cluster/member/add", request, as: EtcdMemberList.self)
    }

    /// Gives a learner its vote.
    ///
    /// - Throws: `store-refused` until it has caught up.
    package func promoteMember(_ id: String) async throws {
        _ = try await gateway.write(
            "/v3/cluster/member/promote",
            EtcdMemberRequest(ID: id),
            as: EtcdMemberList.self
        )
    }

    /// - Throws: as ``addLearner(at:)``.
    package func removeMember(_ id: String) async throws {
        _ = try await gateway.write("/v3/cluster/member/remove", EtcdMemberRequest(ID: id), as: EtcdMemberList.self)
    }

    /// Lets another member lead: only the one that leads can be asked.
    package func moveLeader(from endpoint: StoreEndpoint, to id: String) async throws {
        _ = try await gateway.ask(
            endpoint,
            "/v3/maintenance/transfer-leadership",
            EtcdMoveLeaderRequest(targetID: id),
            as: EtcdNothing.self
        )
    }

    /// What the member at an endpoint says of itself; no other member is asked.
    package func status(of endpoint: StoreEndpoint, within limit: Duration = .seconds(1)) async throws
        -> StoreMemberStatus
    {
        let answer = try await gateway.status(of: endpoint, within: limit)
        return StoreMemberStatus(
            id: answer.header.member_id ?? "",
            isLearner: answer.isLearner ?? false,
            leader: answer.leader,
            revision: answer.header.revision?.value ?? 0,
            size: ByteCount(UInt64(max(0, answer.dbSize?.value ?? 0)))
        )
    }

    /// Goes over to another member when the one that is asked first does not answer, until the task is cancelled. Watches
    /// on the old one end with an error then.
    package func followMembers() async { await gateway.followMembers() }

    /// Hands out the store as a file of its own, in pieces of some ten kilobytes; its last 32 bytes are the SHA-256 of those
    /// before. It is read as fast as the pieces are taken.
    ///
    /// - Throws: `store-unreachable` when it was cut off, and what `take` throws.
    package func snapshot(_ take: (Data) async throws -> Void) async throws {
        let (_, response) = try await gateway.stream("/v3/maintenance/snapshot", EtcdNothing())
        var splitter = LineSplitter(limit: Self.maximumSnapshotLine)
        do {
            for try await chunk in response.body {
                for line in try splitter.append(chunk.readableBytesView) {
                    let message = try JSON.decode(EtcdSnapshotLine.self, from: line)
                    guard let piece = message.result?.blob else {
                        throw StoreFailure.unreachable(["the snapshot ended: \(message.error?.message ?? "")"])
                    }
                    try await take(piece)
                }
            }
        } catch let error as HTTPClientError {
            throw StoreFailure.unreachable(["the snapshot was cut off: \(error)"])
        }
    }

    /// The most bytes of one piece of a snapshot: etcd sends 32 KiB at a time, and base64 adds a third.
    private static let maximumSnapshotLine = 1 << 20
}
