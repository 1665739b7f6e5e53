package import ArgumentParser

/// `deploy`: makes the cluster what a manifest says.
package struct Deploy: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Make the cluster what a manifest says.",
        discussion: "'ployzctl deploy -f FILE' is short for 'ployzctl deploy apply -f FILE'.",
        subcommands: [DeployApply.self, DeployPreviewCommand.self],
        defaultSubcommand: DeployApply.self
    )

    package init() {}
}
