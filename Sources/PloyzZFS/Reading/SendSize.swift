package import PloyzModel

/// What `zfs send -nP` prints: one line for each snapshot, and `size<TAB>bytes` last (zfs-send(8)).
package enum SendSize {
    package static func parse(_ text: String) -> ByteCount? {
        for line in text.split(separator: "\n").reversed() {
            let fields = line.split(whereSeparator: \.isWhitespace)
            if fields.count == 2, fields[0] == "size" { return UInt64(fields[1]).map(ByteCount.init) }
        }
        return nil
    }
}
