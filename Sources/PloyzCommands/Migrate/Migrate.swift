package import ArgumentParser

/// `migrate`: moves a service, its container and its volumes, to another machine.
package struct Migrate: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Move a service and its volumes to another machine.",
        discussion: """
            Either the workload runs on the target with every write it was told is durable, or the command fails and \
            it runs on the source as before.
            """,
        subcommands: [
            MigratePreview.self, MigrateApply.self, MigrateRenderManifest.self, MigrateLs.self, MigrateShow.self,
            MigrateWatch.self, MigrateCancel.self,
        ]
    )

    package init() {}
}
