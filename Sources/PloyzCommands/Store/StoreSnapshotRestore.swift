package import ArgumentParser
import Foundation
package import PloyzAPI
import PloyzModel

/// `store snapshot restore`: on the machine that is to be the store's only member.
package struct StoreSnapshotRestore: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make the store anew, on this machine, from a snapshot.",
        usage: "ployzctl store snapshot restore <file> --yes [--force] [<options>]",
        discussion: """
            For a store that is lost: what was written after the snapshot is not in it. This machine becomes its \
            only member; the data that was here is kept and named. Other machines are promoted anew afterwards.
            """
    )

    @Argument(help: "What 'ployzctl store snapshot save' wrote.")
    var file: String

    @Flag(help: "Do it; without this nothing is done.")
    var yes = false

    @Flag(help: "Also when the store answers.")
    var force = false

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> StoreRestoration {
        let path = URL(filePath: file).standardizedFileURL.path
        guard FileManager.default.fileExists(atPath: path) else {
            throw PloyzError(.usage, "there is no file '\(path)'")
        }
        guard yes else {
            throw PloyzError(
                .notConfirmed,
                "this replaces the cluster's store by '\(path)': everything written after that is lost, and this machine "
                    + "becomes its only member",
                state: "nothing was changed",
                next: "the same command with --yes"
            )
        }
        return try await service.restore(RestoreRequest(path: path, isForced: force))
    }
}

extension ErrorCode {
    /// The operator has not said yes.
    static let notConfirmed = ErrorCode("not-confirmed", exitStatus: 2)
}
