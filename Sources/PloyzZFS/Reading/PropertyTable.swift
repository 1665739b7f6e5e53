package import PloyzModel

/// What `zfs get -Hp -o name,property,value,source` printed, by name and property, names in the order of the output.
package struct PropertyTable: Sendable {
    package struct Entry: Hashable, Sendable {
        package let value: String
        package let source: String

        /// Set on this very dataset. Values that are inherited, received or defaults are not.
        package var isLocal: Bool { source == "local" }
    }

    package private(set) var names: [String] = []
    private var rows: [String: [String: Entry]] = [:]

    /// - Throws: ``PloyzError`` `zfs-failed` when a line does not have four fields.
    package init(_ text: String) throws(PloyzError) {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 4 else {
                throw PloyzError(.zfsFailed, "zfs get printed a line that is not understood: '\(line.prefix(100))'")
            }
            if rows[fields[0]] == nil { names.append(fields[0]) }
            rows[fields[0], default: [:]][fields[1]] = Entry(value: fields[2], source: fields[3])
        }
    }

    package subscript(name: String, property: String) -> Entry? { rows[name]?[property] }

    package func row(_ name: String) -> [String: Entry]? { rows[name] }

    /// A number; nil where there is none (`-`).
    package func number(_ name: String, _ property: String) -> UInt64? {
        rows[name]?[property].flatMap { UInt64($0.value) }
    }

    package func bytes(_ name: String, _ property: String) -> ByteCount? {
        number(name, property).map(ByteCount.init)
    }
}
