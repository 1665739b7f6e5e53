package import ArgumentParser
package import PloyzAPI

/// `migrate apply`: moves the service and returns when it runs on the target, or on the source as before.
package struct MigrateApply: DaemonCommand {
    package static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Move a service; return when it runs on the target.",
        usage: "ployzctl migrate apply <namespace/service> --to <machine> [<options>]",
        discussion: """
            The migration goes on when this command is interrupted: 'ployzctl migrate watch' finds it again. The \
            same command given twice is one migration.
            """
    )

    @OptionGroup var move: MoveOptions
    @OptionGroup var limits: LimitOptions

    @Flag(help: "Start the migration and return at once.")
    var detach = false

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func run(_ service: any OperatorService, _ console: Console) async throws {
        let session = MigrationSession(service: service, console: console, context: .current)
        let request = move.request(limits.limits)
        try await session.run(detach: detach) {
            let start = try await service.applyMigration(request)
            if detach || start.outcome == .alreadyThere {
                try console.show(start)
            } else if start.outcome == .attached, let operation = start.operation {
                console.note("\(start.instance) is moving to \(start.to) already; following \(operation)")
            }
            return [start]
        }
    }
}
