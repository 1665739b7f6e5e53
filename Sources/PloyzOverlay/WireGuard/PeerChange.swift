/// A step from the peers that a WireGuard device has to those it should have.
enum PeerChange: Hashable, Sendable {
    /// A peer that is not there yet.
    case create(WireGuardPeer)
    /// Adds some of the peer's networks; each leaves the peer that had it in the same moment.
    case add(WireGuardPeer, Set<OverlayPrefix>)
    /// Sets the peer's networks to exactly its own.
    case replace(WireGuardPeer)
    case setEndpoint(WireGuardPeer)
    case remove(WireGuardPublicKey)

    /// After this long without a handshake, in seconds, a session is dead (WireGuard's REJECT_AFTER_TIME).
    static let sessionLife: Int64 = 180

    /// The changes in the order in which they must be made: what gains an address comes first, so that no address is
    /// ever without a peer.
    ///
    /// - Parameter now: seconds since 1970.
    static func changes(
        from current: [WireGuardPeerState],
        to wanted: [WireGuardPeer],
        now: Int64
    ) -> [PeerChange] {
        let states = Dictionary(current.map { ($0.key, $0) }) { first, _ in first }
        var gains: [PeerChange] = []
        var losses: [PeerChange] = []
        let gained = wanted.reduce(into: Set<OverlayPrefix>()) { gained, peer in
            gained.formUnion(peer.allowed.subtracting(states[peer.key]?.allowed ?? []))
        }
        for peer in wanted {
            guard let state = states[peer.key] else {
                gains.append(.create(peer))
                continue
            }
            let missing = peer.allowed.subtracting(state.allowed)
            if !missing.isEmpty { gains.append(.add(peer, missing)) }
            // What another peer gains has left this one by itself.
            if !state.allowed.subtracting(peer.allowed).subtracting(gained).isEmpty { losses.append(.replace(peer)) }
            if needsEndpoint(peer, state, now: now) { gains.append(.setEndpoint(peer)) }
        }
        let keys = Set(wanted.map(\.key))
        losses += current.filter { !keys.contains($0.key) }.map { .remove($0.key) }
        return gains + losses
    }

    /// A peer that is heard from may have another endpoint than its record says: it roams, or sits behind a translator.
    /// The record is tried again only when the session is dead.
    private static func needsEndpoint(_ peer: WireGuardPeer, _ state: WireGuardPeerState, now: Int64) -> Bool {
        guard let endpoint = peer.endpoint, endpoint.text != state.endpoint else { return false }
        return state.endpoint == nil || now - state.latestHandshake > sessionLife
    }
}
