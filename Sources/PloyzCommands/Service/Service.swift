package import ArgumentParser

/// `service`.
package struct Service: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "The services of the cluster.",
        subcommands: [ServiceLs.self]
    )

    package init() {}
}
