package import PloyzMigration
package import PloyzModel

/// Asks for `machine rename`.
package struct MachineRenameRequest: Document {
    /// ID, name or any address of the machine.
    package let machine: String
    package let name: MachineName

    package init(machine: String, name: MachineName) {
        self.machine = machine
        self.name = name
    }
}

/// What `machine rename` prints.
package struct MachineRenaming: Document {
    package let machine: MachinePlace
    package let before: MachineName

    package init(machine: MachinePlace, before: MachineName) {
        self.machine = machine
        self.before = before
    }
}

/// Asks for `machine update`.
package struct MachineUpdateRequest: Document {
    /// ID, name or any address of the machine.
    package let machine: String
    /// Labels to set, by name.
    package let labels: [String: String]
    /// Names of labels to remove; one that is not there is no error.
    package let removedLabels: [String]

    package init(machine: String, labels: [String: String], removedLabels: [String]) {
        self.machine = machine
        self.labels = labels
        self.removedLabels = removedLabels
    }
}

/// What `machine update` prints.
package struct MachineLabels: Document {
    package let machine: MachinePlace
    package let labels: [String: String]

    package init(machine: MachinePlace, labels: [String: String]) {
        self.machine = machine
        self.labels = labels
    }
}
