package import ArgumentParser

/// `store snapshot`: the store as a file.
package struct StoreSnapshot: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "The store as a file.",
        subcommands: [StoreSnapshotSave.self, StoreSnapshotRestore.self]
    )

    package init() {}
}
