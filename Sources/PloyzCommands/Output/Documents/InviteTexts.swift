import Foundation
import PloyzAPI

extension InviteList: ListPresentable {
    package static let columns = ["ID", "STATE", "CREATED", "EXPIRES"]
    package static let empty = "no invitations"
    package var rows: [[String]] {
        invites.map { [$0.id, $0.state, $0.createdAt.formatted(.iso8601), $0.expiresAt.formatted(.iso8601)] }
    }
}

extension InviteList.Entry {
    fileprivate var state: String { isExpired ? "expired" : "open" }
}

extension Revocation: Presentable {
    package func lines(_ ink: Ink) -> [String] { ["the invitation \(id) lets nobody in any more"] }

    package var plainLines: [String] { [id] }
}
