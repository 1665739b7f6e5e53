package import PloyzModel

/// What went over the tunnel to another machine, as `wg show <device> dump` prints it (wg(8)).
package struct PeerTraffic: Hashable, Sendable {
    /// Where the peer was last heard; nil when it has no endpoint.
    package let endpoint: String?
    /// Seconds since 1970; nil when there was no handshake.
    package let latestHandshake: Int64?
    package let received: ByteCount
    package let sent: ByteCount

    /// By public key; lines that are no peer's are left out.
    static func parse(_ text: String) -> [String: PeerTraffic] {
        var found: [String: PeerTraffic] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 8, let handshake = Int64(fields[4]), let received = UInt64(fields[5]),
                let sent = UInt64(fields[6])
            else { continue }
            found[String(fields[0])] = PeerTraffic(
                endpoint: fields[2] == "(none)" ? nil : String(fields[2]),
                latestHandshake: handshake == 0 ? nil : handshake,
                received: ByteCount(received),
                sent: ByteCount(sent)
            )
        }
        return found
    }
}
