/// The formats that a document may have.
package enum DocumentFormat: String, Sendable, CaseIterable {
    case json
    case toml

    /// The format that a file's name says: `.json` or `.toml`; nil for another one.
    package init?(fileName: String) {
        let name = fileName.lowercased()
        guard let format = Self.allCases.first(where: { name.hasSuffix(".\($0.rawValue)") }) else { return nil }
        self = format
    }

    /// The format that the text looks like: JSON when its first character is `{`, else TOML, in which no document
    /// starts with one.
    package init(guessedFrom bytes: [UInt8]) {
        let first = bytes.dropFirst(DocumentLimits.byteOrderMark(of: bytes)).first { byte in
            ![UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains(byte)
        }
        self = first == UInt8(ascii: "{") ? .json : .toml
    }
}
