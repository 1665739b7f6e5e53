import PloyzModel

/// What only one service of the cluster can have at the machines' addresses.
enum IngressClaim: Hashable, Sendable {
    case port(Int)
    /// As ``HTTPPath/key(host:path:)`` has it.
    case route(String)
}

extension ServiceView {
    var claims: Set<IngressClaim> {
        Set(
            publish.filter { $0.protocol == .tcp }.map { .port($0.port) }
                + routes.map { .route(HTTPPath.key(host: $0.host, path: $0.path)) }
        )
    }
}
