/// The calls of ``StoragePeer`` as routes, for the router and the client alike. All are POST.
enum StoragePeerRoute: String, CaseIterable, Sendable {
    case facts = "/v1/peer/storage/facts"
    case begin = "/v1/peer/storage/begin"
    case authority = "/v1/peer/storage/authority"
    case leave = "/v1/peer/storage/leave"

    /// How long the client waits for the answer.
    var deadline: Duration {
        switch self {
        case .facts: .seconds(3)
        // A member that runs gets some time to end.
        case .begin, .authority, .leave: .seconds(30)
        }
    }
}
