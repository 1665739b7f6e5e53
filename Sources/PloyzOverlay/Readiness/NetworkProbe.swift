import PloyzModel

/// A probe that connects: what it sends, and what counts as an answer.
enum NetworkProbe: Hashable, Sendable {
    case tcp(port: UInt16)
    case http(port: UInt16, path: String)

    var port: UInt16 {
        switch self {
        case .tcp(let port), .http(let port, _): port
        }
    }

    /// One try, on the calling thread.
    func succeeds(at address: IPv4Address, deadline: ContinuousClock.Instant) -> Bool {
        guard let socket = ProbeSocket(to: address, port: port, deadline: deadline) else { return false }
        switch self {
        case .tcp: return true
        case .http(_, let path):
            guard socket.send(Self.request(path: path, address: address, port: port)) else { return false }
            return Self.isGood(statusLine: socket.readLine(limit: 256))
        }
    }

    /// HTTP/1.0, so that the server closes. A path from a document cannot end the line: everything but printable ASCII
    /// is percent-encoded.
    static func request(path: String, address: IPv4Address, port: UInt16) -> [UInt8] {
        let absolute = path.hasPrefix("/") ? path : "/" + path
        let encoded = absolute.utf8.map { byte in
            if (0x21...0x7e).contains(byte) { return String(Unicode.Scalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
        let lines = ["GET \(encoded) HTTP/1.0", "Host: \(address):\(port)", "User-Agent: ployz", "Connection: close"]
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
    }

    /// Whether `line` starts as an HTTP/1 answer with a status of 200 to 399.
    static func isGood(statusLine line: [UInt8]) -> Bool {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, words[0].starts(with: Array("HTTP/1.".utf8)), words[1].count >= 3,
            let status = Int(String(decoding: words[1].prefix(3), as: UTF8.self))
        else { return false }
        return (200...399).contains(status)
    }
}
