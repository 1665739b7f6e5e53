package import ArgumentParser
package import PloyzAPI

/// `migrate render-manifest`: the manifest that `migrate apply` submits.
package struct MigrateRenderManifest: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "render-manifest",
        abstract: "Print the manifest that 'migrate apply' would submit.",
        usage: "ployzctl migrate render-manifest <namespace/service> --to <machine> [...]",
        discussion: "'ployzctl deploy -f -' with it does exactly what 'migrate apply' does."
    )

    @OptionGroup var move: MoveOptions

    @Option(help: "The manifest's syntax: toml or json.")
    var format = ManifestFormat.toml

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> RenderedManifest {
        try await service.renderManifest(RenderRequest(move: move.request(MigrationLimits()), format: format))
    }
}
