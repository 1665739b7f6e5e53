package import Foundation

/// Cuts a stream of bytes into its lines; empty ones are dropped.
package struct LineSplitter: Sendable {
    private let limit: Int
    private var rest = Data()

    /// - Parameter limit: the longest line, in bytes.
    package init(limit: Int) { self.limit = limit }

    /// The lines that `bytes` completes, without their ends.
    ///
    /// - Throws: ``TooLong`` when a line is longer than the limit.
    package mutating func append(_ bytes: some Collection<UInt8>) throws(TooLong) -> [Data] {
        rest.append(contentsOf: bytes)
        var lines: [Data] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if end > rest.startIndex { lines.append(Data(rest[..<end])) }
            rest = Data(rest[rest.index(after: end)...])
        }
        guard rest.count <= limit else { throw TooLong(limit: limit) }
        return lines
    }

    package struct TooLong: Error, Equatable, CustomStringConvertible {
        package let limit: Int

        package var description: String { "a line is longer than \(limit) bytes" }
    }
}
