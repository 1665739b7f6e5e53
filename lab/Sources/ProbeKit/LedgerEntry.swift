import Posix

/// One acknowledged write, a line of the ledger: identifier, sequence number, nanoseconds of the monotonic clock,
/// nanoseconds since 1970 UTC, separated by spaces.
package struct LedgerEntry: Equatable {
    package var identifier: String
    package var sequence: Int
    package var monotonic: UInt64
    package var wall: UInt64

    package init(identifier: String, sequence: Int, monotonic: UInt64, wall: UInt64) {
        self.identifier = identifier
        self.sequence = sequence
        self.monotonic = monotonic
        self.wall = wall
    }

    package var line: String { "\(identifier) \(sequence) \(monotonic) \(wall)\n" }

    /// The key of the write. Its value is the sequence number.
    package var key: String { Self.key(identifier, sequence) }

    package static func key(_ identifier: String, _ sequence: Int) -> String { "w:\(identifier):\(sequence)" }

    /// Nil when the line is not complete, as the last one of a probe that was killed may be.
    package init?(line: some StringProtocol) {
        let fields = line.split(separator: " ")
        guard fields.count == 4, let sequence = Int(fields[1]), let monotonic = UInt64(fields[2]),
            let wall = UInt64(fields[3])
        else { return nil }
        self.init(identifier: String(fields[0]), sequence: sequence, monotonic: monotonic, wall: wall)
    }

    /// The entries of a ledger's text. Text after the last line end is left out.
    package static func parse(_ text: String) -> [LedgerEntry] {
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return text[..<end].split(separator: "\n").compactMap { LedgerEntry(line: $0) }
    }
}
