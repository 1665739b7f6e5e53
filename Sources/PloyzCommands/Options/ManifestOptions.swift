import ArgumentParser
import Foundation
import PloyzAPI
import PloyzModel

/// Where a manifest comes from.
package struct ManifestOptions: ParsableArguments, Sendable {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The manifest: a .toml or .json file, or - for standard input.", valueName: "file")
    )
    var file: String

    @Option(help: "The manifest's syntax, toml or json; its name or first character tells unless given.")
    var format: ManifestFormat?

    package init() {}

    /// Reads the manifest's text; the daemon checks what is in it.
    func request(_ limits: MigrationLimits, in context: CommandContext) throws -> DeployRequest {
        let text = try text(context)
        return DeployRequest(document: text, format: try format ?? syntax(of: text), limits: limits)
    }

    private func text(_ context: CommandContext) throws -> String {
        guard file != "-" else { return try context.readInput() }
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: file))
            defer { try? handle.close() }
            return try CommandContext.read(handle, named: file)
        } catch let error as CocoaError {
            throw PloyzError(
                .usage,
                "cannot read \(file): \(error.localizedDescription)",
                next: "name a file that can be read"
            )
        }
    }

    /// By the file's name; on standard input by the first character: a manifest in JSON is an object, and nothing in
    /// TOML begins with a brace.
    private func syntax(of text: String) throws -> ManifestFormat {
        if file == "-" { return text.first { !$0.isWhitespace } == "{" ? .json : .toml }
        let name = URL(filePath: file).pathExtension.lowercased()
        guard let format = ManifestFormat(rawValue: name) else {
            throw PloyzError(
                .usage,
                "the name '\(file)' does not tell the manifest's syntax",
                next: "add --format toml or --format json"
            )
        }
        return format
    }
}

extension ManifestFormat: ExpressibleByArgument {}
