package import ArgumentParser
package import PloyzAPI

/// `migrate preview`: what `migrate apply` would do.
package struct MigratePreview: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show what a migration would do; change nothing.",
        usage: "ployzctl migrate preview <namespace/service> --to <machine> [<options>]",
        discussion: """
            Predictions say how good they are: 'exact' is counted, 'measured' comes from an earlier round or move, \
            'rough' is a guess.
            """
    )

    @OptionGroup var move: MoveOptions
    @OptionGroup var limits: LimitOptions
    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MigrationPreview {
        try await service.previewMigration(move.request(limits.limits))
    }
}
