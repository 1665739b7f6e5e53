package import PloyzModel

/// A machine as plans, records and people name it.
package struct MachinePlace: Hashable, Sendable, Codable, CustomStringConvertible {
    package let id: MachineID
    package let name: MachineName

    package init(id: MachineID, name: MachineName) {
        self.id = id
        self.name = name
    }

    package init(_ machine: MachineRecord) { self.init(id: machine.id, name: machine.name) }

    package var description: String { name.text }
}
