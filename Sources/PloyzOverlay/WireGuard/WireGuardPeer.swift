/// Another machine as our WireGuard device should know it.
struct WireGuardPeer: Hashable, Sendable {
    let key: WireGuardPublicKey
    /// nil when the record names none that can be used: the other side must then begin.
    let endpoint: WireGuardEndpoint?
    var allowed: Set<OverlayPrefix>

    /// Seconds; keeps the way through address translators open in both directions.
    static let keepalive = 25
}

/// Another machine as our WireGuard device knows it now.
struct WireGuardPeerState: Hashable, Sendable {
    let key: WireGuardPublicKey
    /// Where it was last heard, as `wg` prints it; it follows the peer when that roams.
    let endpoint: String?
    let allowed: Set<OverlayPrefix>
    /// Seconds since 1970; 0 when there was none.
    let latestHandshake: Int64
}

extension WireGuardPeerState {
    /// A peer as it is after it was set to this.
    ///
    /// Its endpoint counts as set: it may roam from here on, and only a state that was read anew can tell whether the
    /// record must be tried again.
    init(_ peer: WireGuardPeer) {
        self.init(key: peer.key, endpoint: peer.endpoint?.text, allowed: peer.allowed, latestHandshake: 0)
    }
}
