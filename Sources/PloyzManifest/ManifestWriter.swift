package import PloyzModel

/// Writes manifests in their canonical form: every field said, in one order, so that equal manifests give equal text.
/// What is written reads back to the same manifest.
package enum ManifestWriter {
    /// `manifest` as a document that ends with a line end.
    ///
    /// - Throws: what `Codable` throws for a number that is not finite.
    package static func text(of manifest: Manifest, as format: DocumentFormat) throws -> String {
        switch format {
        case .json:
            return String(decoding: try JSON.encodePretty(manifest), as: UTF8.self) + "\n"
        case .toml:
            let document = try DocumentReader.read(Array(try JSON.encode(manifest)), as: .json)
            return TOMLText.text(of: document, order: fieldOrder)
        }
    }

    /// Names first: the order in which a person writes the fields.
    private static let fieldOrder = [
        "namespace", "generation", "name", "service", "volume", "instance", "image", "placement", "restart",
    ]
}
