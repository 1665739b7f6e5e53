package import ArgumentParser
package import PloyzAPI

/// `volume ls`.
package struct VolumeLs: AnsweringCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List volumes and where their copies are.",
        usage: "ployzctl volume ls [<options>]"
    )

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func answer(from service: any OperatorService) async throws -> VolumeList {
        try await service.volumes()
    }
}
