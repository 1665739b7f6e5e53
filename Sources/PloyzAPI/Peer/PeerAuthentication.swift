import Hummingbird
package import PloyzModel

/// Lets a request through when the machine of its verified certificate is one that the daemon admits.
struct PeerAuthentication: RouterMiddleware {
    let admits: @Sendable (MachineID) async -> Bool
    let connections: PeerConnections

    func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        let context = try await context.authenticated()
        let machine = try context.machine
        // Before it is asked whether the machine is admitted: one that is removed in this moment is closed or refused.
        connections.note(context.channel, of: machine)
        guard await admits(machine) else {
            throw PloyzError(
                .peerRefused,
                "the machine \(machine) is not, or no longer, of this cluster",
                state: "nothing was done"
            )
        }
        return try await next(request, context)
    }
}

extension ErrorCode {
    /// The other machine's daemon does not take orders from this machine.
    package static let peerRefused = ErrorCode("peer-refused", exitStatus: 1)
}
