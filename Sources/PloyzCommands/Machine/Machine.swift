package import ArgumentParser

/// `machine`: the machines of the cluster.
package struct Machine: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Invite machines, list them, say what they take, remove them.",
        subcommands: [
            MachineInvite.self, MachineLs.self, MachineDrain.self, MachineActivate.self, MachineStandby.self,
            MachineRm.self, MachineRename.self, MachineUpdate.self, MachineRtt.self, MachineStorage.self,
        ]
    )

    package init() {}
}
