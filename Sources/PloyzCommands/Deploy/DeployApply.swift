package import ArgumentParser
package import PloyzAPI

/// `deploy -f`: does it, and follows the moves that the manifest asks for.
package struct DeployApply: DaemonCommand {
    package static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Create and change services and volumes as a manifest says.",
        usage: "ployzctl deploy [apply] --file <file> [<options>]",
        discussion: """
            A manifest from 'migrate render-manifest' starts the same migration as 'migrate apply', and shows it the \
            same way.
            """
    )

    @OptionGroup var manifest: ManifestOptions
    @OptionGroup var limits: LimitOptions

    @Flag(help: "Do not wait for the moves that the manifest asks for.")
    var detach = false

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func run(_ service: any OperatorService, _ console: Console) async throws {
        let context = CommandContext.current
        let request = try manifest.request(limits.limits, in: context)
        let session = MigrationSession(service: service, console: console, context: context)
        try await session.run(detach: detach) {
            let result = try await service.deploy(request)
            // With moves to follow, the output is that of `migrate apply`: events, one line each.
            if detach || result.migrations.isEmpty || console.format != .json { try console.show(result) }
            return result.migrations
        }
    }
}
