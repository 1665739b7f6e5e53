package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `store snapshot save`: asks any member for the whole store.
package struct StoreSnapshotSave: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Save the store to a file.",
        usage: "ployzctl store snapshot save <file> [--force] [<options>]",
        discussion: """
            The file is readable by its owner only, and appears under its name when it is whole and its hash is \
            right. It has no keys: keep a copy of a storage member's pki directory too.
            """
    )

    @Argument(help: "Where to; a file that is there stays.")
    var file: String

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> SavedSnapshot {
        var snapshot = try SnapshotFile(path: file, replacing: force)
        do {
            try await service.snapshot { try snapshot.append($0.bytes) }
            return try snapshot.finish()
        } catch {
            snapshot.discard()
            throw error
        }
    }
}
