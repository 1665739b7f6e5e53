/// Where a machine finds the key of an encrypted dataset: a file, by the absolute path behind `file://` in the property
/// `keylocation`. Only ever the path: what the file holds is read by `zfs` alone.
package struct KeyFile: Hashable, Sendable, TextCodable {
    package let path: String

    /// - Throws: ``InvalidName`` unless `path` is absolute, without `..`, at most 1000 bytes and printable.
    package init(_ path: String) throws(InvalidName) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard path.hasPrefix("/"), path.utf8.count <= 1000, parts.dropFirst().allSatisfy({ !$0.isEmpty && $0 != ".." }),
            path.unicodeScalars.allSatisfy({ $0 != " " && $0.properties.generalCategory != .control })
        else {
            throw InvalidName(
                text: String(path.prefix(100)),
                rule: "an absolute path without '..', spaces and controls"
            )
        }
        self.path = path
    }

    /// What the property `keylocation` says; nil for `prompt`, `none`, and keys that are fetched from elsewhere.
    package init?(location: String) {
        guard location.hasPrefix("file://"), let file = try? KeyFile(String(location.dropFirst(7))) else { return nil }
        self = file
    }

    package var location: String { "file://\(path)" }

    package var description: String { path }
}
