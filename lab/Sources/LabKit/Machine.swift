import Glibc
import Posix

/// One machine of a lab: making it, starting it, and its power switch.
package struct Machine {
    package let paths: LabPaths
    package let name: MachineName

    package init(paths: LabPaths, name: MachineName) {
        self.paths = paths
        self.name = name
    }

    /// What freezes and thaws it.
    package var cgroup: MachineCgroup { MachineCgroup(paths: paths, node: "\(name)") }

    private var node: Node { Node(paths: paths, name: "\(name)") }

    /// - Throws: `LabError` when it is down.
    package func shell() throws -> MachineShell {
        MachineShell(paths: paths, machine: name, holder: try node.requireHolder())
    }

    /// Its shell, or nil when it is down.
    package func shellIfRunning() throws -> MachineShell? {
        try node.holder().map { MachineShell(paths: paths, machine: name, holder: $0) }
    }

    /// Runs commands of the host in its network namespace.
    ///
    /// - Throws: `LabError` when it is down.
    package func configureNetwork(_ commands: [[String]]) throws {
        try node.configureNetwork(commands, holder: node.requireHolder())
    }

    /// The same of one that may fail.
    package func attempt(_ command: [String]) {
        if let holder = try? node.holder() { node.attempt(command, holder: holder) }
    }

    /// Makes its namespaces and interface and starts its daemons. Its disk must exist.
    package func boot(daemons: [Daemon]) throws {
        let bridge = Node(paths: paths, name: Underlay.switchNode)
        let switchHolder = try bridge.requireHolder()
        let holder = try node.power()
        // The kernel takes the veth pair of a machine that lost power away some time after its processes.
        _ = try Command(
            Namespaces.enteringNetwork(switchHolder.pid, ["ip", "link", "delete", "\(name)"]),
            log: paths.log(of: "\(name)", "network")
        ).status()
        try bridge.configureNetwork(Underlay.plugIn(name, holder: holder.pid), holder: switchHolder)
        try node.configureNetwork(
            [["ip", "link", "set", "lo", "up"]] + Underlay.configure(name),
            holder: holder
        )
        let shell = MachineShell(paths: paths, machine: name, holder: holder)
        for daemon in daemons { try shell.start(daemon) }
    }

    /// Power loss: everything in it dies at once; the disk stays.
    package func cutPower() throws {
        try cgroup.thaw()
        if let holder = try node.holder() { try node.cutPower(holder) }
    }
}
