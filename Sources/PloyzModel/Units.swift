/// A number of bytes, printed for people in binary units.
package struct ByteCount: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let bytes: UInt64

    package init(_ bytes: UInt64) { self.bytes = bytes }

    package init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(UInt64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    package static let zero = ByteCount(0)

    package static func mebibytes(_ count: UInt64) -> ByteCount { ByteCount(count << 20) }

    package static func + (left: ByteCount, right: ByteCount) -> ByteCount {
        let (sum, overflow) = left.bytes.addingReportingOverflow(right.bytes)
        return ByteCount(overflow ? .max : sum)
    }

    package static func += (left: inout ByteCount, right: ByteCount) { left = left + right }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    /// For example `0 B`, `512 B`, `1.5 KiB`, `256 MiB`.
    package var description: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let tenths = (value * 10).rounded() / 10
        let digits = tenths == tenths.rounded() || tenths >= 100 ? String(Int(tenths.rounded())) : String(tenths)
        return "\(digits) \(units[unit])"
    }
}

/// A span of time in JSON and records: whole microseconds, so that every reader sees the same number.
package struct Microseconds: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let count: Int64

    package init(_ count: Int64) { self.count = count }

    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        count = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    package init(from decoder: any Decoder) throws {
        count = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }

    package static let zero = Microseconds(0)

    package static func milliseconds(_ count: Int64) -> Microseconds { Microseconds(count * 1000) }

    package var duration: Duration { .microseconds(count) }

    package static func + (left: Microseconds, right: Microseconds) -> Microseconds {
        let (sum, overflow) = left.count.addingReportingOverflow(right.count)
        return Microseconds(overflow ? (left.count < 0 ? .min : .max) : sum)
    }

    package static func += (left: inout Microseconds, right: Microseconds) { left = left + right }

    package static func < (left: Microseconds, right: Microseconds) -> Bool { left.count < right.count }

    /// For example `0 ms`, `0.4 ms`, `87 ms`, `1.3 s`, `2 min 5 s`.
    package var description: String {
        switch count {
        case ..<10_000: "\(Double(count / 100) / 10) ms"
        case ..<1_000_000: "\(count / 1000) ms"
        case ..<120_000_000: "\(Double(count / 100_000) / 10) s"
        default: "\(count / 60_000_000) min \(count / 1_000_000 % 60) s"
        }
    }
}
