package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `machine activate`.
package struct MachineActivate: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Let a machine take new placements.",
        usage: "ployzctl machine activate <machine> [<options>]"
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> LifecycleChange {
        try await service.setLifecycle(LifecycleRequest(machine: machine, lifecycle: .active))
    }
}
