package import ArgumentParser

/// `machine`: the machines of the cluster.
package struct Machine: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Invite machines, list them, say what they take.",
        subcommands: [
            MachineInvite.self, MachineLs.self, MachineDrain.self, MachineActivate.self, MachineStandby.self,
            MachineStorage.self,
        ]
    )

    package init() {}
}
