/// What the kernel and WireGuard hold of ours.
struct NetworkState: Hashable, Sendable {
    let peers: [WireGuardPeerState]
    let routes: RoutePlan
    /// nil when they were not read: they are set anew then.
    let translations: AddressTranslations?

    /// The peers as they are after `wanted` was applied to these.
    ///
    /// Endpoints count as set: a peer may roam from here on, and only a state that was read anew can tell whether the
    /// record must be tried again.
    func peers(after wanted: [WireGuardPeer]) -> [WireGuardPeerState] {
        let old = Dictionary(peers.map { ($0.key, $0) }) { first, _ in first }
        return wanted.map { peer in
            WireGuardPeerState(
                key: peer.key,
                endpoint: peer.endpoint?.text ?? old[peer.key]?.endpoint,
                allowed: peer.allowed,
                latestHandshake: old[peer.key]?.latestHandshake ?? 0
            )
        }
    }
}
