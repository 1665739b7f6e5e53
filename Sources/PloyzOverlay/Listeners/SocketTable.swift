import Foundation
import PloyzModel
import PloyzSystem

/// The ports on which something on this machine listens, from `/proc/net/{tcp,udp}{,6}` (proc(5)).
struct SocketTable: Hashable, Sendable {
    struct Listener: Hashable, Sendable {
        let port: Int
        let `protocol`: TransportProtocol
        /// Names the socket in its owners' `/proc/<pid>/fd`.
        let inode: UInt64
    }

    let listeners: Set<Listener>

    /// TCP sockets in state 0A (listening), UDP sockets in state 07 (bound, not connected).
    static func parse(_ text: String, protocol: TransportProtocol) -> Set<Listener> {
        let state = `protocol` == .tcp ? "0A" : "07"
        let found = text.split(separator: "\n").dropFirst().compactMap { line -> Listener? in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == state, let colon = fields[1].lastIndex(of: ":"),
                let port = Int(fields[1][fields[1].index(after: colon)...], radix: 16), let inode = UInt64(fields[9])
            else { return nil }
            return Listener(port: port, protocol: `protocol`, inode: inode)
        }
        return Set(found)
    }

    /// The table of the network that this process is in, or another one.
    static func read(of pid: Int32? = nil) -> SocketTable {
        let process = pid.map(String.init) ?? "self"
        var listeners: Set<Listener> = []
        for (file, transport) in [("tcp", TransportProtocol.tcp), ("tcp6", .tcp), ("udp", .udp), ("udp6", .udp)] {
            // A kernel without IPv6 has no second file.
            guard let text = KernelFile.text("/proc/\(process)/net/\(file)") else { continue }
            listeners.formUnion(parse(text, protocol: transport))
        }
        return SocketTable(listeners: listeners)
    }

    /// The ports, out of `ports`, on which a socket listens that none of `ours` holds.
    func foreign(on ports: [PublishedPort], ours: Set<UInt64>) -> [PublishedPort] {
        ports.filter { port in
            listeners.contains {
                $0.port == port.port && $0.protocol == port.protocol && !ours.contains($0.inode)
            }
        }
    }

    /// The TCP connections in the network of a process that are open or being opened, each by its two ends; not those
    /// with itself. Empty when the process is gone.
    static func connections(of pid: Int32) -> Set<String> {
        ["tcp", "tcp6"].reduce(into: []) { found, file in
            guard let text = KernelFile.text("/proc/\(pid)/net/\(file)") else { return }
            found.formUnion(connections(in: text))
        }
    }

    /// Those in state 01 (established), 02 and 03 (SYN sent, received) and 08 (closed by the other end alone).
    static func connections(in text: String) -> Set<String> {
        let states: Set<Substring> = ["01", "02", "03", "08"]
        let found = text.split(separator: "\n").dropFirst().compactMap { line -> String? in
            let fields = line.split(separator: " ")
            guard fields.count > 3, states.contains(fields[3]) else { return nil }
            let ends = fields[1...2].compactMap { $0.split(separator: ":").first }
            return ends.first == ends.last ? nil : "\(fields[1]) \(fields[2])"
        }
        return Set(found)
    }

    /// The sockets that a process holds, by inode.
    static func sockets(of pid: Int32) -> Set<UInt64> { Set(descriptors(of: pid).keys) }

    /// Those, and under which number the process holds each.
    static func descriptors(of pid: Int32) -> [UInt64: Int32] {
        let directory = "/proc/\(pid)/fd"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let found = files.compactMap { file -> (UInt64, Int32)? in
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(file)"),
                target.hasPrefix("socket:["), let inode = UInt64(target.dropFirst(8).dropLast()),
                let number = Int32(file)
            else { return nil }
            return (inode, number)
        }
        return Dictionary(found) { first, _ in first }
    }
}
