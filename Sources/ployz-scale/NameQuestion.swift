import Foundation
import Glibc

/// A question for the IPv4 addresses of a name (RFC 1035), by one datagram.
struct NameQuestion {
    let name: String

    /// What the server at an IPv4 address answers within 2 s; empty when it has no address or does not answer.
    func ask(_ server: String) -> Set<String> {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(53).bigEndian
        inet_pton(AF_INET, server, &address.sin_addr)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard isConnected == 0 else { return [] }
        let question = bytes
        guard send(descriptor, question, question.count, 0) == question.count else { return [] }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &answer, answer.count, 0)
        return count > question.count ? Self.addresses(in: answer.prefix(count), after: question.count) : []
    }

    private var bytes: [UInt8] {
        let header: [UInt8] = [0x50, 0x6c, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return header + labels + [0, 0, 1, 0, 1]
    }

    /// The answers follow the question, each: a pointer of 2 bytes, type, class, time to live, length and data.
    private static func addresses(in answer: ArraySlice<UInt8>, after question: Int) -> Set<String> {
        var found: Set<String> = []
        var rest = answer.dropFirst(question)
        while rest.count >= 12 {
            let record = Array(rest.prefix(12))
            let length = Int(record[10]) << 8 | Int(record[11])
            let data = rest.dropFirst(12).prefix(length)
            if record[3] == 1, length == 4 { found.insert(data.map { String($0) }.joined(separator: ".")) }
            rest = rest.dropFirst(12 + length)
        }
        return found
    }
}
