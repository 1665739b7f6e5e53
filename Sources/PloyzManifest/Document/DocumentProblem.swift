/// One thing that is wrong with a document, and where.
package struct DocumentProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Empty for a document that cannot be read at all.
    package let path: DocumentPath
    /// From 1; nil when no line is known.
    package let line: Int?
    package let message: String

    package init(path: DocumentPath, line: Int?, message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    /// `services[0].name: must be …`.
    package var description: String {
        if !path.steps.isEmpty { return "\(path): \(message)" }
        if let line { return "line \(line): \(message)" }
        return message
    }
}
