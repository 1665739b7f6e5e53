package import PloyzModel

/// A machine's daemon as other machines reach it.
package struct PeerTarget: Hashable, Sendable {
    /// The port of the daemon's API for machines, at the management address.
    package static let port = 4318

    package let machine: MachineID
    package let name: MachineName
    /// An IP address without brackets.
    package let address: String
    package let port: Int

    package init(machine: MachineID, name: MachineName, address: String, port: Int = Self.port) {
        self.machine = machine
        self.name = name
        self.address = address
        self.port = port
    }

    package init(_ record: MachineRecord, port: Int = Self.port) {
        self.init(machine: record.id, name: record.name, address: record.managementAddress, port: port)
    }

    /// Where it listens, for people: `[fd00::1]:4318`.
    package var place: String { (address.contains(":") ? "[\(address)]" : address) + ":\(port)" }

    /// The URL names the machine by its ID, which its certificate must have as a DNS name; the connection goes to
    /// ``address`` without asking any name server.
    package var baseURL: String { "https://\(machine):\(port)" }
}
