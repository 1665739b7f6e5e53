/// A name that a person chose: a DNS label (RFC 1123) of 1 to 63 characters, `a-z`, `0-9` and `-`, that starts with
/// a letter and does not end with `-`.
///
/// Being this narrow, a label is safe in a path, a dataset, a container name, a DNS name and an argument vector.
/// `Kind` keeps labels of different things apart at compile time.
package struct Label<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Throws: ``InvalidName`` when `text` is no DNS label.
    package init(_ text: String) throws(InvalidName) {
        guard Self.isValid(text) || !Guard.names.isOn else {
            throw InvalidName(
                text: text,
                rule: "1 to 63 characters a-z, 0-9 and '-', starting with a letter, not ending with '-'"
            )
        }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    package var description: String { text }

    package static func < (left: Label, right: Label) -> Bool { left.text < right.text }

    private static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), last != UInt8(ascii: "-") else { return false }
        return bytes.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
    }
}

extension Label<MachineKind> {
    /// A name for a machine of which only the ID is left: an identifier has the form of a label.
    package init(_ id: MachineID) { self.init(known: id.text) }
}

extension Label: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

package enum NamespaceKind: Sendable {}
package enum ServiceKind: Sendable {}
package enum VolumeKind: Sendable {}
package enum MachineKind: Sendable {}
package enum ClusterKind: Sendable {}

package typealias NamespaceName = Label<NamespaceKind>
package typealias ServiceName = Label<ServiceKind>
package typealias VolumeName = Label<VolumeKind>
package typealias MachineName = Label<MachineKind>
package typealias ClusterName = Label<ClusterKind>
