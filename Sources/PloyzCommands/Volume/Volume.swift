package import ArgumentParser

/// `volume`.
package struct Volume: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "The volumes of the cluster.",
        subcommands: [VolumeLs.self]
    )

    package init() {}
}
