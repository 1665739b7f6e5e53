package import ArgumentParser
package import PloyzAPI

/// `machine invite ls`.
package struct MachineInviteLs: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the invitations that nobody has used.",
        usage: "ployzctl machine invite ls [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> InviteList {
        try await service.invites()
    }
}
