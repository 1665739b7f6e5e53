import Posix

/// A machine that is a set of namespaces of this host.
package struct NamespaceMachine: Machine {
    package let paths: LabPaths
    package let name: MachineName

    package init(paths: LabPaths, name: MachineName) {
        self.paths = paths
        self.name = name
    }

    private var cgroup: MachineCgroup { MachineCgroup(paths: paths, node: "\(name)") }

    private var node: Node { Node(paths: paths, name: "\(name)") }

    private var disk: NamespaceDisk { NamespaceDisk(paths: paths, machine: name) }

    package func shellIfRunning() throws -> (any MachineShell)? { try runningShell() }

    private func runningShell() throws -> NamespaceShell? {
        try node.holder().map { NamespaceShell(paths: paths, machine: name, holder: $0) }
    }

    package func makeDisk(_ record: LabRecord) throws {
        try disk.make(configuration: daemonConfiguration, neighbours: record.machines)
    }

    package func boot(_ record: LabRecord) throws {
        try disk.clearTemporaryFiles()
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
        let shell = NamespaceShell(paths: paths, machine: name, holder: holder)
        for daemon in Daemon.allCases where daemon != .ployzd || record.daemon { try shell.start(daemon) }
    }

    package func cutPower() throws {
        try cgroup.thaw()
        if let holder = try node.holder() { try node.cutPower(holder) }
    }

    package func reboot() throws {
        throw LabError(
            "a machine of kind netns has nothing that shuts it down in good order",
            next: "lab reset \(name)"
        )
    }

    package func freeze() throws { try cgroup.freeze() }

    package func thaw() throws { try cgroup.thaw() }

    package func logs(of process: String?, follow: Bool) throws -> [String] {
        let directory = paths.logs(of: "\(name)")
        let names = Files.names(in: directory).filter { process == nil || $0 == "\(process ?? "").log" }
        guard !names.isEmpty else {
            throw LabError("\(name) has no log of \(process ?? "anything")", next: "ls \(directory)")
        }
        return ["tail", "-n", "+1"] + (follow ? ["-F"] : []) + names.map { "\(directory)/\($0)" }
    }
}
