package import PloyzModel

/// Everything that is wrong with a document; at least one problem.
package struct InvalidDocument: Error, Hashable, Sendable, CustomStringConvertible {
    package let problems: [DocumentProblem]

    package init(problems: [DocumentProblem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }

    /// The same as an error of the command line: one `invalid-manifest` for each problem, the line added.
    ///
    /// `source` is the document's name as the operator gave it.
    package func error(source: String) -> PloyzError {
        let errors = problems.map { problem in
            let line = problem.path.steps.isEmpty ? nil : problem.line
            return PloyzError(
                .invalidManifest,
                "\(problem)" + (line.map { " (line \($0))" } ?? ""),
                next: "correct \(source) and run the command again; docs/manifest.md describes every field"
            )
        }
        return PloyzError.all(errors) ?? PloyzError(.invalidManifest, "\(source) cannot be used")
    }
}

extension ErrorCode {
    /// The manifest breaks its grammar, its schema or a rule that needs no cluster to be seen.
    package static let invalidManifest = ErrorCode("invalid-manifest", exitStatus: 2)
}
