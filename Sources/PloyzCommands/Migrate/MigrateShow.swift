package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `migrate show`: one migration, step by step.
package struct MigrateShow: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a migration step by step.",
        usage: "ployzctl migrate show <id> [<options>]"
    )

    @Argument(
        help: ArgumentHelp("The migration, as 'migrate ls' names it.", valueName: "id"),
        transform: { try OperationID($0) }
    )
    var id: OperationID

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MigrationDetail {
        try await service.migration(id)
    }
}
