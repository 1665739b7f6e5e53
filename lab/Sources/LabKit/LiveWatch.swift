import Posix

/// Looks at one instance on every machine from outside: at the processes in its container's cgroup, and at the host's end
/// of its link. It asks neither Docker nor the system that is tested.
package struct LiveWatch {
    /// What one machine has of the instance.
    package enum State: String, Encodable {
        /// No process of its container runs.
        case absent
        /// It runs, and no packet passes its link.
        case sealed
        /// It runs, and packets reach it.
        case open
    }

    /// One look at all machines that differs from the one before it.
    package struct Sight: Encodable {
        /// Nanoseconds of the monotonic clock, when the look began.
        package var monotonic: UInt64
        /// By machine.
        package var states: [String: State]
        /// Machines on which it was open at the same moment; one at most is right.
        package var open: [String]

        enum CodingKeys: String, CodingKey {
            case monotonic = "monotonic_ns"
            case states, open
        }
    }

    private struct Place {
        let machine: String
        let holder: HolderRecord
        /// Whether a container is the instance's workload, by container ID.
        var containers: [String: Bool] = [:]
        /// The host's end of the instance's link.
        var link: String?
    }

    private let paths: LabPaths
    private let machines: [String]
    private let container: String
    private let instance: String
    private let hierarchy: String
    private var places: [String: Place] = [:]

    /// - Parameters:
    ///   - container: its workload container's name.
    ///   - instance: the last word of its link's alias.
    /// - Throws: `LabError` when the host has no cgroup in which containers are seen.
    package init(_ lab: Lab, container: String, instance: String) throws {
        paths = lab.paths
        machines = try lab.requireRecord().machines.map(\.description)
        self.container = container
        self.instance = instance
        let hierarchies = CgroupHierarchy.ofHost()
        guard let hierarchy = hierarchies.first(where: { $0.directory == "pids" }) ?? hierarchies.first else {
            throw LabError("this host has no cgroups")
        }
        self.hierarchy = hierarchy.mountPoint
    }

    /// Looks once at every machine, one after the other.
    ///
    /// Two that are open are looked at again, in the same order: the first was open before and after the second was, so
    /// both were open at one moment. A move that happens between two looks is not mistaken for that.
    package mutating func look() -> Sight {
        let began = Clock.monotonic()
        var states = sweep()
        var open = machines.filter { states[$0] == .open }
        if open.count > 1 {
            states = sweep()
            open = open.filter { states[$0] == .open }
        }
        return Sight(monotonic: began, states: states, open: open)
    }

    private mutating func sweep() -> [String: State] {
        var states: [String: State] = [:]
        for machine in machines { states[machine] = state(on: machine) }
        return states
    }

    private mutating func state(on machine: String) -> State {
        guard var place = place(of: machine) else { return .absent }
        defer { places[machine] = place }
        let directory = "\(hierarchy)/\(paths.cgroup)/\(machine)/docker"
        let runs = Files.names(in: directory).contains { id in
            isOurs(id, in: &place) && !(Files.text("\(directory)/\(id)/cgroup.procs") ?? "").isEmpty
        }
        guard runs else { return .absent }
        return isUp(&place) ? .open : .sealed
    }

    private func place(of machine: String) -> Place? {
        if let known = places[machine], known.holder.isAlive { return known }
        guard let holder = try? Node(paths: paths, name: machine).holder() else { return nil }
        return Place(machine: machine, holder: holder)
    }

    private func isOurs(_ id: String, in place: inout Place) -> Bool {
        // The cgroup's directory holds control files too.
        guard id.count == 64 else { return false }
        if let known = place.containers[id] { return known }
        let file = "\(paths.variable(of: place.machine))/lib/docker/containers/\(id)/config.v2.json"
        guard let text = Files.text(file) else { return false }
        let isOurs = text.contains("\"Name\":\"/\(container)\"")
        place.containers[id] = isOurs
        return isOurs
    }

    private func isUp(_ place: inout Place) -> Bool {
        let links = "\(place.holder.root)/sys/class/net"
        if place.link.map({ isInstance("\(links)/\($0)") }) != true {
            place.link = Files.names(in: links).first { isInstance("\(links)/\($0)") }
        }
        guard let link = place.link, let text = Files.text("\(links)/\(link)/flags") else { return false }
        // IFF_UP, netdevice(7).
        return (UInt32(text.dropFirst(2).prefix { !$0.isWhitespace }, radix: 16) ?? 0) & 1 == 1
    }

    private func isInstance(_ link: String) -> Bool {
        Files.text("\(link)/ifalias")?.split(whereSeparator: \.isWhitespace).last.map(String.init) == instance
    }
}
