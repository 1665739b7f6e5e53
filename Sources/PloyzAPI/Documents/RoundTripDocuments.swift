package import PloyzMigration
package import PloyzModel

/// Asks for `machine rtt`.
package struct RoundTripRequest: Document {
    /// ID, name or any address of the machine that measures; nil for every machine.
    package let machine: String?

    package init(machine: String?) { self.machine = machine }
}

/// What `machine rtt` prints: how long packets take from machines to machines and back, over the overlay.
package struct RoundTripMatrix: Document {
    package let rows: [RoundTripRow]

    package init(rows: [RoundTripRow]) { self.rows = rows }
}

/// What one machine measured.
package struct RoundTripRow: Document {
    package struct Cell: Document {
        package let to: MachinePlace
        /// nil when it did not answer.
        package let time: Microseconds?

        package init(to: MachinePlace, time: Microseconds?) {
            self.to = to
            self.time = time
        }
    }

    package let from: MachinePlace
    /// To every other machine, by name; nil when the machine itself could not be asked.
    package let times: [Cell]?

    package init(from: MachinePlace, times: [Cell]?) {
        self.from = from
        self.times = times
    }
}
