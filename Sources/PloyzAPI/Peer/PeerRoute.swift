/// The calls of the seam ``Peer`` as routes, for the router and the client alike. All are POST.
package enum PeerRoute: String, CaseIterable, Sendable {
    case facts = "/v1/peer/facts"
    case prepare = "/v1/peer/prepare"
    case ticket = "/v1/peer/ticket"
    case adopt = "/v1/peer/adopt"
    case start = "/v1/peer/start"
    case settle = "/v1/peer/settle"
    case discard = "/v1/peer/discard"
    case follow = "/v1/peer/follow"

    /// How long the client waits for the answer. A caller that has less time cancels the call.
    package var deadline: Duration {
        switch self {
        case .facts, .ticket, .follow: .seconds(15)
        case .prepare, .adopt, .settle, .discard: .seconds(120)
        // Readiness takes as long as the manifest lets it.
        case .start: .seconds(1800)
        }
    }
}
