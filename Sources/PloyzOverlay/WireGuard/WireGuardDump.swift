/// What `wg show <device> dump` prints (wg(8)): a line for the device, then one for each peer, fields set apart by tabs.
struct WireGuardDump: Hashable, Sendable {
    /// nil when the device has no key yet.
    let publicKey: WireGuardPublicKey?
    let listenPort: Int
    let peers: [WireGuardPeerState]

    /// nil for a text that is no such dump. The private key in it is not kept.
    init?(_ text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        guard let device = lines.first, device.count == 4, let port = Int(device[2]) else { return nil }
        publicKey = try? WireGuardPublicKey(String(device[1]))
        listenPort = port
        var peers: [WireGuardPeerState] = []
        for fields in lines.dropFirst() {
            guard fields.count == 8, let key = try? WireGuardPublicKey(String(fields[0])),
                let handshake = Int64(fields[4])
            else { return nil }
            let allowed = fields[3] == "(none)" ? [] : fields[3].split(separator: ",")
            peers.append(
                WireGuardPeerState(
                    key: key,
                    endpoint: fields[2] == "(none)" ? nil : String(fields[2]),
                    allowed: Set(allowed.map { OverlayPrefix(printed: String($0)) }),
                    latestHandshake: handshake
                )
            )
        }
        self.peers = peers
    }
}
