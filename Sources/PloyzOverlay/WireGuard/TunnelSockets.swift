import CPloyzSystem
import Foundation
import PloyzModel

/// What arrives for wireguard-go while its processor is taken away waits in the buffers of its UDP sockets, and what has no
/// room there is lost: some 270 packets fit into the kernel's 212,992 bytes. One that begins a connection comes again after
/// a second. Later versions ask for 7 MiB themselves (wireguard-go, `conn/controlfns_linux.go`); that of Debian 12 does
/// not, so it is done from outside, on copies of its descriptors. The kernel's WireGuard has no such buffer.
struct TunnelSockets: Sendable {
    let pid: Int32
    /// Where they listen.
    let port: Int

    /// Bytes of room; the kernel reserves twice as much (socket(7), `SO_RCVBUF`).
    static let room: Int32 = 7 << 20

    /// Gives the sockets their room: none until wireguard-go has opened them, then one for each family.
    ///
    /// - Returns: how many have it.
    /// - Throws: ``PloyzError`` when the kernel refuses; it has done so before Linux 5.6.
    func widen() throws -> Int {
        let bound = SocketTable.read(of: pid).listeners.filter { $0.port == port && $0.protocol == .udp }
        let held = SocketTable.descriptors(of: pid)
        let numbers = bound.compactMap { held[$0.inode] }
        guard !numbers.isEmpty else { return 0 }
        let process = ployz_pidfd_open(pid)
        guard process >= 0 else { throw Self.failure(errno) }
        defer { close(process) }
        for number in numbers {
            let socket = ployz_pidfd_getfd(process, number)
            guard socket >= 0 else { throw Self.failure(errno) }
            defer { close(socket) }
            var room = Self.room
            let size = socklen_t(MemoryLayout.size(ofValue: room))
            guard setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, size) == 0 else { throw Self.failure(errno) }
        }
        return numbers.count
    }

    private static func failure(_ error: Int32) -> PloyzError {
        PloyzError(
            .overlayFailed,
            "the sockets of wireguard-go keep their small buffers: \(String(cString: strerror(error)))",
            state: "the overlay works; of many packets at once some are lost",
            next: "a kernel with WireGuard, or Linux 5.6 or later"
        )
    }
}
