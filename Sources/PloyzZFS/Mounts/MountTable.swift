/// One line of `/proc/<pid>/mountinfo` (proc(5)).
package struct MountEntry: Hashable, Sendable {
    /// `major:minor` of the file system: the same in every mount namespace that has it, and different for two pools
    /// that happen to have datasets of one name.
    package let device: String
    /// The directory of the file system that is mounted; `/` for the whole.
    package let root: String
    package let mountPoint: String
    /// `shared:N`, `master:N`, …
    package let propagation: [String]
    package let type: String
    package let source: String

    package var isZFS: Bool { type == "zfs" || type == "fuse.zfs" }
}

package enum MountTable {
    /// Lines that do not have the form of proc(5) are left out.
    package static func parse(_ text: String) -> [MountEntry] {
        text.split(separator: "\n").compactMap(entry)
    }

    private static func entry(_ line: Substring) -> MountEntry? {
        let fields = line.split(separator: " ")
        guard fields.count >= 10, let dash = fields[6...].firstIndex(of: "-"), fields.count > dash + 2 else {
            return nil
        }
        return MountEntry(
            device: String(fields[2]),
            root: unescape(fields[3]),
            mountPoint: unescape(fields[4]),
            propagation: fields[6..<dash].map(String.init),
            type: String(fields[dash + 1]),
            source: unescape(fields[dash + 2])
        )
    }

    /// The kernel writes space, tab, newline and backslash as three octal digits.
    private static func unescape(_ field: Substring) -> String {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
