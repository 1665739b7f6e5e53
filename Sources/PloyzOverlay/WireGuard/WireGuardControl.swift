/// How the peers of a WireGuard device are changed.
protocol WireGuardControl: Sendable {
    /// Makes the changes in their order. Repeating them does no harm.
    func apply(_ changes: [PeerChange]) async throws
}

/// Through `wg set`, which can only replace a peer's whole list of networks (wireguard-tools 1.0.20210914): for the
/// kernel's WireGuard.
struct KernelControl: WireGuardControl {
    let device: DeviceName
    let runner: any InvocationRunner

    func apply(_ changes: [PeerChange]) async throws {
        guard !changes.isEmpty else { return }
        try await runner.require(Self.invocation(device, changes))
    }

    static func invocation(_ device: DeviceName, _ changes: [PeerChange]) -> Invocation {
        Invocation("wg", ["set", device.text] + changes.flatMap(words))
    }

    private static func words(_ change: PeerChange) -> [String] {
        switch change {
        case .create(let peer):
            return ["peer", peer.key.text] + endpoint(peer)
                + ["persistent-keepalive", String(WireGuardPeer.keepalive), "allowed-ips", allowed(peer)]
        case .add(let peer, _), .replace(let peer):
            return ["peer", peer.key.text, "allowed-ips", allowed(peer)]
        case .setEndpoint(let peer):
            return ["peer", peer.key.text] + endpoint(peer)
        case .remove(let key):
            return ["peer", key.text, "remove"]
        }
    }

    private static func endpoint(_ peer: WireGuardPeer) -> [String] {
        peer.endpoint.map { ["endpoint", $0.text] } ?? []
    }

    private static func allowed(_ peer: WireGuardPeer) -> String {
        peer.allowed.sorted().map(\.text).joined(separator: ",")
    }
}
