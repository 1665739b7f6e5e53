package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `migrate watch`: follows a migration that runs; exits as `migrate apply` would have.
package struct MigrateWatch: DaemonCommand {
    package static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a migration to its end.",
        usage: "ployzctl migrate watch <id> [<options>]"
    )

    @Argument(
        help: ArgumentHelp("The migration, as 'migrate ls' names it.", valueName: "id"),
        transform: { try OperationID($0) }
    )
    var id: OperationID

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func run(_ service: any OperatorService, _ console: Console) async throws {
        try await MigrationSession(service: service, console: console, context: .current).watch(id)
    }
}
