/// The part of a snapshot's name behind the `@`.
package struct SnapshotName: Hashable, Comparable, Sendable, TextCodable {
    package let text: String

    /// Snapshots that this system makes start with this.
    package static let prefix = "ployz-"

    /// - Throws: ``InvalidName`` unless `text` is 1 to 55 characters that `zfs` allows (zfs(8)).
    package init(_ text: String) throws(InvalidName) {
        guard (1...55).contains(text.utf8.count), text.utf8.allSatisfy(DatasetName.isValid(byte:)) else {
            throw InvalidName(text: text, rule: "1 to 55 characters A-Z a-z 0-9 - _ . :")
        }
        self.text = text
    }

    package var description: String { text }

    /// Whether the name says that this system made the snapshot. A name is a hint; ownership is by GUID in a record.
    package var isOurs: Bool { text.hasPrefix(Self.prefix) }

    package static func < (left: SnapshotName, right: SnapshotName) -> Bool { left.text < right.text }
}
