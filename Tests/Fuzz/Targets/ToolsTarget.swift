import PloyzModel

@testable import PloyzIngress
@testable import PloyzOverlay

extension FuzzTarget {
    /// What `wg`, HAProxy and the kernel's table of sockets print. Other machines, and clients, have a say in it.
    static let tools = FuzzTarget(name: "tools", longest: 2048) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let dump = WireGuardDump(text) {
            claim(dump.peers.allSatisfy { $0.key.bytes.count == 32 }, "a peer has a key")
        }
        _ = PeerTraffic.parse(text)
        for transport in [TransportProtocol.tcp, .udp] { _ = SocketTable.parse(text, protocol: transport) }
        _ = SocketTable.connections(in: text)
        let complaint = HAProxyComplaint(text)
        claim(complaint.orUnexplained.isAny, "a refusal is one")
        for place in complaint.places.keys {
            claim(IngressShard(file: place.shard.file) == place.shard, "a shard stays")
        }
        _ = IngressCounters(text)
    }
}
