package import ArgumentParser
package import PloyzAPI

/// `machine rtt`.
package struct MachineRtt: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rtt",
        abstract: "Show how long packets take between machines and back.",
        usage: "ployzctl machine rtt [<machine>] [<options>]",
        discussion: "Over the overlay, as the machines measure it now: the least of three."
    )

    @Argument(help: "ID, name or any address of the machine that measures; every machine unless told.")
    var machine: String?

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> RoundTripMatrix {
        try await service.roundTrips(RoundTripRequest(machine: machine))
    }
}
