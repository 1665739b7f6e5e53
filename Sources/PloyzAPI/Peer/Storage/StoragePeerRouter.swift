package import Hummingbird
package import PloyzModel

/// Maps the routes of ``StoragePeer`` to this machine's: decode, one call, encode.
package struct StoragePeerRouter: Sendable {
    private let admits: @Sendable (MachineID) -> Bool
    private let peer: any StoragePeer

    /// - Parameter admits: whether a machine is a storage member, and so may ask.
    package init(_ peer: any StoragePeer, admits: @escaping @Sendable (MachineID) -> Bool) {
        self.peer = peer
        self.admits = admits
    }

    package func add(to router: Router<PeerContext>) {
        for route in StoragePeerRoute.allCases {
            router.post(RouterPath(route.rawValue)) { request, context in
                let caller = try context.machine
                // A machine that has restored the store may have been no member of the one that was.
                guard route == .leave || admits(caller) else {
                    throw PloyzError(.peerRefused, "\(caller) is no storage member, and so may not change them")
                }
                return try await answer(route, request)
            }
        }
    }

    private func answer(_ route: StoragePeerRoute, _ request: Request) async throws -> Response {
        switch route {
        case .facts: try .message(await peer.storageFacts())
        case .begin: try .message(await peer.beginStorage(request.message()))
        case .authority: try .message(await peer.takeAuthority(request.message()))
        case .leave: try .message(await peer.leaveStorage(request.message()))
        }
    }
}
