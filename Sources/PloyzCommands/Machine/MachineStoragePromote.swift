package import ArgumentParser
package import PloyzAPI

/// `machine storage promote`.
package struct MachineStoragePromote: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Make a machine a member of the cluster's store.",
        usage: "ployzctl machine storage promote <machine> [<options>]",
        discussion: """
            The machine catches up before it gets a vote. With three members the cluster survives the loss of any one, \
            with five of any two. Given again after an interruption, the command goes on where it was.
            """
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> StorageChange {
        try await service.changeStorage(StorageRequest(machine: machine, change: .promote))
    }
}
