/// What runs in a lab, as `status` shows it.
package struct LabStatus: Encodable {
    package var name: String
    package var kind: String
    package var machines: [MachineStatus]

    package struct MachineStatus: Encodable {
        package var name: String
        package var underlayAddress: String
        package var running: Bool
        /// pid, on the host or in the guest, by command name; absent when it does not run.
        package var processes: [String: Int32]
    }

    package static let watched = ["zfs-fuse", "containerd", "dockerd", "ployzd", "etcd", "wireguard-go"]

    package init(_ lab: Lab) throws {
        let record = try lab.requireRecord()
        name = record.name
        kind = record.kind.rawValue
        machines = try record.machines.map { machine in
            let shell = try lab.machine(machine).shellIfRunning()
            var processes: [String: Int32] = [:]
            for process in Self.watched { processes[process] = try shell?.pids(named: process).first }
            return MachineStatus(
                name: "\(machine)",
                underlayAddress: machine.underlayAddress,
                running: shell != nil,
                processes: processes
            )
        }
    }

    /// One line a machine: a pid where the process runs, `-` where it does not.
    package func table() -> String {
        let head = ["MACHINE", "UNDERLAY", "STATE"] + Self.watched.map { $0.uppercased() }
        let rows = machines.map { machine in
            [machine.name, machine.underlayAddress, machine.running ? "up" : "down"]
                + Self.watched.map { machine.processes[$0].map(String.init) ?? "-" }
        }
        return TextTable.align([head] + rows)
    }
}
