/// The part of Redis's protocol, RESP2, that the probe speaks.
package enum RedisProtocol {
    /// A command as an array of bulk strings.
    package static func encode(_ command: [String]) -> [UInt8] {
        var bytes = Array("*\(command.count)\r\n".utf8)
        for word in command { bytes += Array("$\(word.utf8.count)\r\n\(word)\r\n".utf8) }
        return bytes
    }

    /// An answer of the server.
    package enum Reply: Equatable {
        case status(String)
        case error(String)
        case bulk(String?)
    }

    /// Takes one reply from the front of the bytes.
    ///
    /// - Returns: the reply and how many bytes it took, or nil when it is not complete yet.
    /// - Throws: `ProbeFailure.refused` when the bytes are of another protocol.
    package static func decode(_ bytes: ArraySlice<UInt8>) throws -> (Reply, Int)? {
        guard let end = lineEnd(in: bytes) else { return nil }
        let line = String(decoding: bytes[bytes.startIndex..<end], as: UTF8.self)
        let taken = end + 2 - bytes.startIndex
        let rest = String(line.dropFirst())
        switch line.first {
        case "+": return (.status(rest), taken)
        case "-": return (.error(rest), taken)
        case "$":
            guard let count = Int(rest), (-1...limit).contains(count) else { throw ProbeFailure.refused(line) }
            if count < 0 { return (.bulk(nil), taken) }
            guard bytes.count >= taken + count + 2 else { return nil }
            let start = bytes.startIndex + taken
            return (.bulk(String(decoding: bytes[start..<start + count], as: UTF8.self)), taken + count + 2)
        default: throw ProbeFailure.refused("something that is not Redis")
        }
    }

    /// Bytes of the longest value that is taken; the probe writes short ones.
    private static let limit = 1 << 20

    private static func lineEnd(in bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "\r") && bytes[index + 1] == UInt8(ascii: "\n") { return index }
            index += 1
        }
        return nil
    }
}
