package import ArgumentParser

/// `machine storage`: which machines are members of the store.
package struct MachineStorage: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "storage",
        abstract: "Say which machines are members of the cluster's store.",
        subcommands: [MachineStoragePromote.self, MachineStorageDemote.self]
    )

    package init() {}
}
