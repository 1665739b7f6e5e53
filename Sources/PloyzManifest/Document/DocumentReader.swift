/// Reads a document of either format into the value tree.
package enum DocumentReader {
    /// - Throws: ``DocumentProblem`` for a document above 1 MiB, one that is not UTF-8, nests more than 32 deep, repeats
    ///   a key, holds a number that 64 bits cannot carry, or breaks the format's grammar. The first such place is named.
    package static func read(_ bytes: [UInt8], as format: DocumentFormat) throws(DocumentProblem) -> DocumentValue {
        guard bytes.count <= DocumentLimits.size else {
            throw DocumentProblem(
                path: .root,
                line: nil,
                message: "the document has \(bytes.count) bytes, more than \(DocumentLimits.size)"
            )
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw DocumentProblem(path: .root, line: nil, message: "the document is not valid UTF-8")
        }
        let cursor = ByteCursor(bytes, from: DocumentLimits.byteOrderMark(of: bytes))
        switch format {
        case .json:
            var reader = JSONReader(cursor)
            return try reader.document()
        case .toml:
            var reader = TOMLReader(cursor)
            return try reader.document()
        }
    }
}
