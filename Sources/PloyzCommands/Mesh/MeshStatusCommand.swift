package import ArgumentParser
package import PloyzAPI

/// `mesh status`: the cluster as this machine sees it.
package struct MeshStatusCommand: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the cluster and this machine's tunnels.",
        usage: "ployzctl mesh status [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MeshStatus {
        try await service.meshStatus()
    }
}
