import Foundation
import PloyzModel

/// Through the socket of wireguard-go ("Cross-platform Userspace Implementation", wireguard.com/xplatform): no process
/// to start, and one network is moved from peer to peer without touching the rest.
struct UserspaceControl: WireGuardControl {
    let device: DeviceName

    func apply(_ changes: [PeerChange]) async throws {
        guard !changes.isEmpty else { return }
        let request = Self.request(changes)
        let path = Self.socketPath(device)
        let answer = try await OwnThread.run { try Self.exchange(request, path: path) }
        guard answer.hasPrefix("errno=0\n") else {
            throw PloyzError(.overlayFailed, "wireguard-go refused a change of \(device): \(answer.prefix(100))")
        }
    }

    /// Whether wireguard-go has made the device and takes requests.
    func isAnswering() async throws -> Bool {
        let path = Self.socketPath(device)
        return try await OwnThread.run { try Self.exchange("set=1\n\n", path: path).hasPrefix("errno=0\n") }
    }

    static func socketPath(_ device: DeviceName) -> String { "/var/run/wireguard/\(device).sock" }

    static func request(_ changes: [PeerChange]) -> String {
        (["set=1"] + changes.flatMap(lines)).joined(separator: "\n") + "\n\n"
    }

    private static func lines(_ change: PeerChange) -> [String] {
        switch change {
        case .create(let peer):
            ["public_key=\(peer.key.hexadecimal)"] + endpoint(peer)
                + ["persistent_keepalive_interval=\(WireGuardPeer.keepalive)"] + allowed(peer.allowed)
        case .add(let peer, let added):
            ["public_key=\(peer.key.hexadecimal)", "update_only=true"] + allowed(added)
        case .replace(let peer):
            ["public_key=\(peer.key.hexadecimal)", "update_only=true", "replace_allowed_ips=true"]
                + allowed(peer.allowed)
        case .setEndpoint(let peer):
            ["public_key=\(peer.key.hexadecimal)", "update_only=true"] + endpoint(peer)
        case .remove(let key):
            ["public_key=\(key.hexadecimal)", "remove=true"]
        }
    }

    private static func endpoint(_ peer: WireGuardPeer) -> [String] {
        peer.endpoint.map { ["endpoint=\($0)"] } ?? []
    }

    private static func allowed(_ networks: Set<OverlayPrefix>) -> [String] {
        networks.sorted().map { "allowed_ip=\($0)" }
    }

    /// Sends the request and reads up to the empty line that ends the answer. Each read and write has 2 s.
    private static func exchange(_ request: String, path: String) throws -> String {
        let descriptor = try connect(path)
        defer { close(descriptor) }
        var rest = Array(request.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw failure("write to \(path)") }
            rest = rest.dropFirst(count)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.count < 1 << 16, answer.suffix(2) != [10, 10] {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw failure("read from \(path)") }
            answer += buffer.prefix(count)
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func connect(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("open a socket") }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let error = failure("connect to \(path)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func failure(_ what: String) -> PloyzError {
        PloyzError(.overlayFailed, "cannot \(what): \(String(cString: strerror(errno)))")
    }
}
