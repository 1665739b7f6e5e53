package import ArgumentParser

/// `mesh`: the cluster as a whole.
package struct Mesh: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Found a cluster, join one, look at it.",
        subcommands: [MeshInit.self, MeshJoin.self, MeshStatusCommand.self]
    )

    package init() {}
}
