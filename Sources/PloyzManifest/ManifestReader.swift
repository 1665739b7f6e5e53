package import PloyzModel

/// Reads manifests: bytes into the value tree, the tree along the schema, `Codable`, then the rules.
///
/// Structural problems are all reported together; when there are none, all broken rules are.
package enum ManifestReader {
    /// The manifest that the bytes hold, with every default filled in.
    ///
    /// - Throws: ``InvalidDocument`` with every problem that was found.
    package static func read(
        _ bytes: [UInt8],
        as format: DocumentFormat,
        known: KnownVolumes
    ) throws(InvalidDocument) -> Manifest {
        let document: DocumentValue
        do throws(DocumentProblem) {
            document = try DocumentReader.read(bytes, as: format)
        } catch {
            throw InvalidDocument(problems: [error])
        }
        return try read(document, known: known)
    }

    /// Holds a manifest that came as a value, over the API or from ``ManifestWriter``, against schema and rules.
    ///
    /// - Throws: ``InvalidDocument`` with every problem that was found.
    package static func check(_ manifest: Manifest, known: KnownVolumes) throws(InvalidDocument) {
        let bytes: [UInt8]
        do {
            bytes = Array(try JSON.encode(manifest))
        } catch {
            throw InvalidDocument(problems: [DocumentProblem(path: .root, line: nil, message: "\(error)")])
        }
        _ = try read(bytes, as: .json, known: known)
    }

    private static func read(_ document: DocumentValue, known: KnownVolumes) throws(InvalidDocument) -> Manifest {
        let complete = try SchemaWalk.run(document, along: .manifest).get()
        let manifest: Manifest
        do {
            manifest = try JSON.decode(Manifest.self, from: JSONText.data(of: complete))
        } catch {
            // The schema is stricter than the types, so this is a defect, not a mistake in the document.
            throw InvalidDocument(problems: [DocumentProblem(path: .root, line: nil, message: "\(error)")])
        }
        let problems = ManifestRules.problems(in: manifest, known: known).map { problem in
            let line = document.line(at: problem.path)
            return DocumentProblem(path: problem.path, line: line == 0 ? nil : line, message: problem.message)
        }
        guard problems.isEmpty else { throw InvalidDocument(problems: problems) }
        return manifest
    }
}
