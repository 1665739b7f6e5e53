package import ArgumentParser
package import PloyzAPI

/// `migrate ls`: migrations that run and have run.
package struct MigrateLs: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List migrations, newest first.",
        usage: "ployzctl migrate ls [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MigrationList {
        try await service.migrations()
    }
}
