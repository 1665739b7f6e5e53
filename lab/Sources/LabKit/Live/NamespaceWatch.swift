import Glibc
import Posix

/// Watches from the host, which sees the processes and links of machines that are namespaces.
package struct NamespaceWatch: LiveWatch {
    private struct Machine {
        let holder: HolderRecord
        var look: InstanceLook
    }

    private let paths: LabPaths
    private let names: [String]
    private let container: String
    private let instance: String
    private let hierarchy: String
    private let interval: UInt32
    private var machines: [String: Machine] = [:]
    private var last: LiveSight?

    /// - Parameters:
    ///   - container: its workload container's name.
    ///   - instance: the last word of its link's alias.
    ///   - interval: milliseconds between two looks.
    /// - Throws: `LabError` when the host has no cgroup in which containers are seen.
    package init(_ lab: Lab, container: String, instance: String, interval: UInt32) throws {
        paths = lab.paths
        names = try lab.requireRecord().machines.map(\.description)
        self.container = container
        self.instance = instance
        self.interval = interval
        let hierarchies = CgroupHierarchy.ofHost()
        guard let hierarchy = hierarchies.first(where: { $0.directory == "pids" }) ?? hierarchies.first else {
            throw LabError("this host has no cgroups")
        }
        self.hierarchy = hierarchy.mountPoint
    }

    package mutating func changes() -> [LiveSight] {
        let sight = look()
        defer { last = sight }
        if sight.states != last?.states || sight.open != last?.open { return [sight] }
        usleep(interval * 1000)
        return []
    }

    /// Looks once at every machine, one after the other.
    ///
    /// Two that are open are looked at again, in the same order: the first was open before and after the second was, so
    /// both were open at one moment. A move that happens between two looks is not mistaken for that.
    private mutating func look() -> LiveSight {
        let began = Clock.monotonic()
        var states = sweep()
        var open = names.filter { states[$0] == .open }
        if open.count > 1 {
            states = sweep()
            open = open.filter { states[$0] == .open }
        }
        return LiveSight(monotonic: began, states: states, open: open)
    }

    private mutating func sweep() -> [String: LiveState] {
        var states: [String: LiveState] = [:]
        for name in names {
            var machine = machine(name)
            states[name] = machine?.look.state() ?? .absent
            machines[name] = machine
        }
        return states
    }

    /// Nil when it is down.
    private func machine(_ name: String) -> Machine? {
        if let known = machines[name], known.holder.isAlive { return known }
        guard let holder = try? Node(paths: paths, name: name).holder() else { return nil }
        let place = InstanceLook.Place(
            groups: "\(hierarchy)/\(paths.cgroup)/\(name)/docker",
            containers: "\(paths.variable(of: name))/lib/docker/containers",
            links: "\(holder.root)/sys/class/net"
        )
        return Machine(holder: holder, look: InstanceLook(place, container: container, instance: instance))
    }
}
