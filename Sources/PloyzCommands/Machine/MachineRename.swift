package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `machine rename`.
package struct MachineRename: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rename",
        abstract: "Give a machine another name.",
        usage: "ployzctl machine rename <machine> <name> [<options>]"
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @Argument(help: "The new name, which no other machine has.", transform: { try MachineName($0) })
    var name: MachineName

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MachineRenaming {
        try await service.renameMachine(MachineRenameRequest(machine: machine, name: name))
    }
}
