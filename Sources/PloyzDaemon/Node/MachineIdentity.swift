import PloyzModel

/// What a machine remembers of itself between starts: enough to bring its tunnel up and to find the store before the
/// store answers.
struct MachineIdentity: Codable, Hashable, Sendable {
    var cluster: ClusterRecord
    var machine: MachineRecord
    /// Every machine that was known when this was last written: the first peers of a daemon that starts.
    var machines: [MachineRecord]

    init(cluster: ClusterRecord, machine: MachineRecord, machines: [MachineRecord]) {
        self.cluster = cluster
        self.machine = machine
        self.machines = machines
    }
}
