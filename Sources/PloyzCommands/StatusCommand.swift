package import ArgumentParser
package import PloyzAPI

/// `status`: the cluster at a glance.
package struct StatusCommand: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show machines, services and running migrations.",
        usage: "ployzctl status [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> ClusterStatus {
        try await service.status()
    }
}
