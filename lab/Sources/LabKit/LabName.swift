/// The name of a lab: 1 to 20 of `a`-`z`, `0`-`9` and `-`, starting with a letter or digit. It becomes part of paths
/// and cgroup names.
package struct LabName: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Nil when the text is not such a name.
    package init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard allowed, (1...20).contains(text.utf8.count), text.first != "-" else { return nil }
        description = text
    }
}
