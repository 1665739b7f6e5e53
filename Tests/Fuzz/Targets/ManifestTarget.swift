import PloyzManifest
import PloyzModel

extension FuzzTarget {
    /// A manifest in either format, by schema and rules. What is read, written and read again is the same.
    static let manifest = FuzzTarget(name: "manifest", longest: 4096) { bytes in
        do throws(InvalidDocument) {
            let read = try ManifestReader.read(bytes, as: DocumentFormat(guessedFrom: bytes), known: .unseen)
            for format in DocumentFormat.allCases {
                let text = claim("a manifest can be written as \(format)") {
                    try ManifestWriter.text(of: read, as: format)
                }
                let again = claim("a written manifest can be read as \(format)") {
                    try ManifestReader.read(Array(text.utf8), as: format, known: .unseen)
                }
                claim(again == read, "a manifest is the same after \(format): \(text)")
            }
        } catch {
            claim(!error.problems.isEmpty, "a refusal says why")
            for problem in error.problems {
                let text = problem.description
                claim(isOneLine(text), "a problem is one line: \(text)")
                claim(text.utf8.count <= 4096, "a problem is short: \(text.utf8.count) bytes")
            }
        }
    }
}
