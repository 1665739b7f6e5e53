/// Where a lab keeps its things on the host. Nothing of a lab is anywhere else.
package struct LabPaths: Sendable {
    package let lab: LabName

    package static let stateRoot = "/var/lib/ployz-lab"
    package static let runRoot = "/run/ployz-lab"

    package init(_ lab: LabName) { self.lab = lab }

    /// What outlives a reset: the machines' disks and logs.
    package var state: String { "\(Self.stateRoot)/\(lab)" }
    /// What does not: where the holders are.
    package var run: String { "\(Self.runRoot)/\(lab)" }
    package var record: String { "\(state)/lab.json" }
    package var upLog: String { "\(state)/up.log" }
    /// Beside `run`, since it must outlive its removal.
    package var lock: String { "\(Self.runRoot)/\(lab).lock" }

    package func state(of node: String) -> String { "\(state)/\(node)" }
    package func holder(of node: String) -> String { "\(run)/\(node).json" }
    /// The record of a guest's QEMU.
    package func guest(_ machine: MachineName) -> String { "\(run)/\(machine).guest" }
    /// Where the QEMU of a guest takes orders.
    package func monitor(of machine: MachineName) -> String { "\(run)/\(machine).qmp" }
    /// The socket of the connection that commands in a guest share.
    package func connection(to machine: MachineName) -> String { "\(run)/\(machine).ssh" }

    /// The machine's `/var`.
    package func variable(of node: String) -> String { "\(state(of: node))/var" }
    /// The machine's `/etc`.
    package func configuration(of node: String) -> String { "\(state(of: node))/etc" }
    /// Logs of one machine; the machine sees them in `/var/log/lab`.
    package func logs(of node: String) -> String { "\(variable(of: node))/log/lab" }
    package func log(of node: String, _ name: String) -> String { "\(logs(of: node))/\(name).log" }

    /// The cgroup of the lab, relative to the root of each hierarchy.
    package var cgroup: String { "ployz-lab.\(lab)" }

    /// The environment entry that every process of the lab outside its containers carries, and by which `down` finds
    /// what a half-finished `up` left.
    package var mark: String { "\(Self.markName)=\(state)" }

    package static let markName = "PLOYZ_LAB_MARK"
}
