package import ArgumentParser

/// `machine invite`: invitations for new machines.
package struct MachineInvite: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Invitations for new machines.",
        subcommands: [MachineInviteCreate.self, MachineInviteLs.self, MachineInviteRevoke.self]
    )

    package init() {}
}
