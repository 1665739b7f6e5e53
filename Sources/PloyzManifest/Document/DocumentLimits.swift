import PloyzModel

/// What a document may hold at most, so that reading one costs a bounded amount of memory and stack.
package enum DocumentLimits {
    /// 1 MiB.
    package static let size = 1 << 20
    /// Tables and lists inside each other.
    package static let depth = 32

    static func allows(depth: Int) -> Bool { depth <= Self.depth || !Guard.depth.isOn }

    /// The length of a UTF-8 byte order mark at the start: 3 or 0.
    static func byteOrderMark(of bytes: [UInt8]) -> Int { bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0 }
}
