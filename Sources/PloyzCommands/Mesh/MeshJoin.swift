package import ArgumentParser
package import PloyzAPI

/// `mesh join`: run on the new machine; needs no shell on another.
package struct MeshJoin: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join this machine to a cluster.",
        usage: "ployzctl mesh join (--token <token> | --token-file <file>) [<options>]",
        discussion: "The token comes from 'ployzctl machine invite create' on a machine of the cluster."
    )

    @OptionGroup var token: TokenOptions
    @OptionGroup var machine: NewMachineOptions
    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MeshStatus {
        try await service.join(
            JoinRequest(
                token: try token.text(CommandContext.current),
                machineName: machine.machineName,
                endpoint: machine.endpoint
            )
        )
    }
}
