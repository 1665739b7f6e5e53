package import ArgumentParser
package import PloyzAPI

/// `mesh join`: run on the new machine; needs no shell on another.
package struct MeshJoin: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join this machine to a cluster.",
        usage: "ployzctl mesh join --token <token> [<options>]",
        discussion: "The token comes from 'ployzctl machine invite create' on a machine of the cluster."
    )

    @Option(help: "The invitation.")
    var token: String

    @OptionGroup var machine: NewMachineOptions
    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MeshStatus {
        try await service.join(
            JoinRequest(token: token, machineName: machine.machineName, endpoint: machine.endpoint)
        )
    }
}
