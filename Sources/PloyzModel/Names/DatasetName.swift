/// The name of a ZFS dataset, `pool/…/dataset`.
///
/// Only characters that `zfs` allows (zfs(8): alphanumerics, `-`, `_`, `.`, `:`), no empty component, at most 200
/// bytes so that a snapshot name still fits in the 256 that ZFS allows.
package struct DatasetName: Hashable, Comparable, Sendable, TextCodable {
    package let text: String

    /// - Throws: ``InvalidName`` when `text` cannot name a dataset.
    package init(_ text: String) throws(InvalidName) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...200).contains(text.utf8.count), parts.allSatisfy(Self.isValid(component:)) else {
            throw InvalidName(text: text, rule: "components of A-Z a-z 0-9 - _ . : joined by '/', at most 200 bytes")
        }
        self.text = text
    }

    package var description: String { text }

    /// The dataset `component` below this one.
    ///
    /// - Throws: ``InvalidName`` when the result cannot name a dataset.
    package func appending(_ component: String) throws(InvalidName) -> DatasetName {
        try DatasetName(text + "/" + component)
    }

    /// The dataset that this one is directly below; nil for a pool's own.
    package var parent: DatasetName? {
        guard let slash = text.lastIndex(of: "/") else { return nil }
        return try? DatasetName(String(text[..<slash]))
    }

    /// The pool's own dataset, of which every other is below.
    package var pool: DatasetName {
        var name = self
        while let parent = name.parent { name = parent }
        return name
    }

    package static func < (left: DatasetName, right: DatasetName) -> Bool { left.text < right.text }

    private static func isValid(component: Substring) -> Bool {
        guard let first = component.utf8.first, first != UInt8(ascii: "-"), component != ".", component != ".." else {
            return false
        }
        return component.utf8.allSatisfy(isValid(byte:))
    }

    static func isValid(byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
