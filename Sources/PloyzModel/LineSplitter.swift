package import Foundation

/// Cuts a stream of bytes into its lines, wherever the network has cut it; empty lines are left out.
package struct LineSplitter: Sendable {
    private let limit: Int
    private var rest = Data()

    /// - Parameter limit: the longest line, in bytes.
    package init(limit: Int) { self.limit = limit }

    /// The lines that `bytes` completes, without their ends.
    ///
    /// - Throws: ``TooLong`` when a line is longer than the limit, whether or not it has ended.
    package mutating func append(_ bytes: some Collection<UInt8>) throws(TooLong) -> [Data] {
        var lines: [Data] = []
        var bytes = bytes[...]
        // What was kept has no end in it: only new bytes are searched.
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            rest.append(contentsOf: bytes[..<end])
            guard rest.count <= limit else { throw TooLong(limit: limit) }
            if !rest.isEmpty { lines.append(rest) }
            rest = Data()
            bytes = bytes[bytes.index(after: end)...]
        }
        rest.append(contentsOf: bytes)
        guard rest.count <= limit else { throw TooLong(limit: limit) }
        return lines
    }

    package struct TooLong: Error, Equatable, CustomStringConvertible {
        package let limit: Int

        package init(limit: Int) { self.limit = limit }

        package var description: String { "a line is longer than \(limit) bytes" }
    }
}
