package import ArgumentParser

/// `store`: the cluster's store as a whole.
package struct Store: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Save the cluster's store, and make it anew.",
        subcommands: [StoreSnapshot.self]
    )

    package init() {}
}
