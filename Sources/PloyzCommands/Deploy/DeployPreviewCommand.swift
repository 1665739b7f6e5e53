package import ArgumentParser
package import PloyzAPI

/// `deploy preview -f`: what `deploy` would do.
package struct DeployPreviewCommand: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show what a manifest would change; change nothing.",
        usage: "ployzctl deploy preview --file <file> [<options>]"
    )

    @OptionGroup var manifest: ManifestOptions
    @OptionGroup var limits: LimitOptions
    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> DeployPreview {
        try await service.previewDeploy(manifest.request(limits.limits, in: .current))
    }
}
