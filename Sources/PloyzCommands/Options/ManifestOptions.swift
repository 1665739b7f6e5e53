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

    @Option(help: ArgumentHelp("The manifest's syntax, when its name does not tell: toml or json."))
    var format: ManifestFormat?

    package init() {}

    /// Reads the manifest's text; the daemon checks what is in it.
    func request(_ limits: MigrationLimits, in context: CommandContext) throws -> DeployRequest {
        DeployRequest(document: try text(context), format: try syntax(), limits: limits)
    }

    private func text(_ context: CommandContext) throws -> String {
        guard file != "-" else { return try context.readInput() }
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: file))
            defer { try? handle.close() }
            return try CommandContext.read(handle, named: file)
        } catch let error as CocoaError {
            throw PloyzError(.usage, "cannot read \(file): \(error.localizedDescription)")
        }
    }

    private func syntax() throws -> ManifestFormat {
        if let format { return format }
        let name = URL(filePath: file).pathExtension.lowercased()
        guard let format = ManifestFormat(rawValue: name) else {
            throw PloyzError(
                .usage,
                file == "-"
                    ? "standard input has no name that tells its syntax"
                    : "the name '\(file)' does not tell the manifest's syntax",
                next: "add --format toml or --format json"
            )
        }
        return format
    }
}

extension ManifestFormat: ExpressibleByArgument {}
