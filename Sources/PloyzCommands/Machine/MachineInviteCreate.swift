package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `machine invite create`: a token for one new machine.
package struct MachineInviteCreate: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token with which one machine can join.",
        usage: "ployzctl machine invite create [--ttl <time>] [<options>]",
        discussion: "It is shown this once, and works once, until it expires. --plain prints only the token."
    )

    @Option(
        help: ArgumentHelp("How long the token holds, such as 15m; 1h unless told.", valueName: "time"),
        transform: { try Span($0) }
    )
    var ttl: Span?

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> Invite {
        try await service.createInvite(InviteRequest(ttl: ttl))
    }
}
