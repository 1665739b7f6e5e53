import Foundation
import NIOCore
import PloyzModel

/// Cuts a stream of JSON documents, one a line, wherever the network has cut it. Lines have a size limit.
struct JSONLines: Sendable {
    /// The longest line, in bytes. An event carries all labels of a container, which nobody limits.
    static let lineLimit = 1 << 20

    private let limit: Int
    private var pending = Data()

    init(limit: Int = JSONLines.lineLimit) { self.limit = limit }

    /// The lines that `bytes` complete, without their ends and without blank ones.
    ///
    /// - Throws: `docker-protocol` when a line grows beyond the limit.
    mutating func append(_ bytes: some Sequence<UInt8>) throws -> [Data] {
        var lines: [Data] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if !pending.isEmpty { lines.append(pending) }
                pending.removeAll(keepingCapacity: true)
            } else {
                guard pending.count < limit else {
                    throw PloyzError(.dockerProtocol, "Docker sent a line of more than \(limit) bytes")
                }
                pending.append(byte)
            }
        }
        return lines
    }

    /// What is left when the stream has ended without a line end.
    mutating func finish() -> Data? {
        defer { pending = Data() }
        return pending.isEmpty ? nil : pending
    }
}
