package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `version`: of this program, and of the daemon when it answers.
package struct VersionCommand: DaemonCommand {
    package static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Show the versions of this program and of the daemon.",
        usage: "ployzctl version [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func run(_ service: any OperatorService, _ console: Console) async throws {
        do {
            try console.show(VersionReport(client: Version.current, daemon: try await service.version()))
        } catch let error as PloyzError {
            try console.show(VersionReport(client: Version.current, daemon: nil))
            throw error
        }
    }
}
