import PloyzModel

/// What the kernel and WireGuard hold of ours.
struct NetworkState: Sendable {
    var peers: [WireGuardPublicKey: WireGuardPeerState]
    var routes: RoutePlan
    var parking: ParkingState
    /// nil when they were not read: they are set anew then.
    var elements: TableElements?
}
