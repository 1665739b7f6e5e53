package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `machine standby`.
package struct MachineStandby: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "standby",
        abstract: "Take nothing on a machine and do not count on it.",
        usage: "ployzctl machine standby <machine> [<options>]"
    )

    @Argument(help: "ID, name or any address of the machine.")
    var machine: String

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> LifecycleChange {
        try await service.setLifecycle(LifecycleRequest(machine: machine, lifecycle: .standby))
    }
}
