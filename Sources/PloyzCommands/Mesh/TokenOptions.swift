import ArgumentParser
import Foundation
import PloyzModel

/// Where a join token comes from. Arguments are seen by every user of a machine, in its list of processes; what is in a
/// file is not.
package struct TokenOptions: ParsableArguments, Sendable {
    @Option(help: "The invitation; other users of this machine can see it while the command runs.")
    var token: String?

    @Option(help: ArgumentHelp("A file with the invitation, or - for standard input.", valueName: "file"))
    var tokenFile: String?

    package init() {}

    package func validate() throws {
        guard (token == nil) != (tokenFile == nil) else {
            throw ValidationError("Give one of --token and --token-file.")
        }
    }

    func text(_ context: CommandContext) throws -> String {
        if let token { return token }
        let text = tokenFile == "-" ? try context.readInput() : try Self.read(tokenFile ?? "")
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func read(_ file: String) throws -> String {
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
}
