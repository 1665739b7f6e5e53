package import ArgumentParser
package import PloyzAPI

/// `machine invite revoke`.
package struct MachineInviteRevoke: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take an invitation back.",
        usage: "ployzctl machine invite revoke <id> [<options>]"
    )

    @Argument(help: "The invitation, as 'machine invite ls' prints it.")
    var id: String

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> Revocation {
        try await service.revokeInvite(RevocationRequest(id: id))
    }
}
