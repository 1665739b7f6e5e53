package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `migrate cancel`: takes a migration back; returns when the workload runs on the source.
package struct MigrateCancel: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a migration before its commit.",
        usage: "ployzctl migrate cancel <id> [<options>]",
        discussion: """
            Returns when the workload runs on the source. What arrived on the target is kept and makes the next \
            migration shorter. After the commit it is too late: the way back is another migration.
            """
    )

    @Argument(
        help: ArgumentHelp("The migration, as 'migrate ls' names it.", valueName: "id"),
        transform: { try OperationID($0) }
    )
    var id: OperationID

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MigrationCancellation {
        _ = try await service.cancelMigration(id)
        let follower = MigrationFollower(service: service, sleep: CommandContext.current.sleep)
        return try MigrationCancellation(of: id, report: try await follower.follow(id) { _ in })
    }
}
