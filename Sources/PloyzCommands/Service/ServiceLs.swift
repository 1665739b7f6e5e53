package import ArgumentParser
package import PloyzAPI

/// `service ls`.
package struct ServiceLs: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List services and their instances.",
        usage: "ployzctl service ls [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> ServiceList {
        try await service.services()
    }
}
