package import ArgumentParser
package import PloyzAPI

/// `machine storage demote`.
package struct MachineStorageDemote: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "demote",
        abstract: "Let a machine be a member of the cluster's store no longer.",
        usage: "ployzctl machine storage demote <machine> [<options>]",
        discussion: """
            It may be dead: then it puts its data aside when it is back. Refused while too few of the others answer. \
            Given again after an interruption, the command goes on where it was.
            """
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> StorageChange {
        try await service.changeStorage(StorageRequest(machine: machine, change: .demote))
    }
}
