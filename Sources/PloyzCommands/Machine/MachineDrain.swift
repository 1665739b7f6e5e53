package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `machine drain`.
package struct MachineDrain: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Take nothing new on a machine; what is there stays.",
        usage: "ployzctl machine drain <machine> [<options>]"
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> LifecycleChange {
        try await service.setLifecycle(LifecycleRequest(machine: machine, lifecycle: .draining))
    }
}
