package import ArgumentParser
package import PloyzAPI

/// `machine ls`: the machines of the cluster.
package struct MachineLs: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the machines of the cluster.",
        usage: "ployzctl machine ls [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> MachineList {
        try await service.machines()
    }
}
