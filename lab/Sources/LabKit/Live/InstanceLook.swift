import Posix

/// Looks at one instance on one machine: at the processes in its container's cgroup, and at the host's end of its link.
/// It asks neither Docker nor the system that is tested.
struct InstanceLook {
    /// Where the machine's things are seen from.
    struct Place: Sendable {
        /// The directory with a cgroup for each container of Docker.
        var groups: String
        /// What stands before and after a container's ID in the name of its cgroup.
        var prefix = ""
        var suffix = ""
        /// Docker's own directory of containers.
        var containers: String
        /// `/sys/class/net`.
        var links: String

        /// Of the machine that this process runs on, with systemd and cgroups of version 2.
        static let here = Place(
            groups: "/sys/fs/cgroup/system.slice",
            prefix: "docker-",
            suffix: ".scope",
            containers: "/var/lib/docker/containers",
            links: "/sys/class/net"
        )
    }

    private let place: Place
    private let container: String
    private let instance: String
    /// Whether a container is the instance's workload, by container ID.
    private var known: [String: Bool] = [:]
    /// The host's end of the instance's link.
    private var link: String?

    /// - Parameters:
    ///   - container: its workload container's name.
    ///   - instance: the last word of its link's alias.
    init(_ place: Place, container: String, instance: String) {
        self.place = place
        self.container = container
        self.instance = instance
    }

    mutating func state() -> LiveState {
        let runs = Files.names(in: place.groups).contains { name in
            guard name.hasPrefix(place.prefix), name.hasSuffix(place.suffix) else { return false }
            let id = String(name.dropFirst(place.prefix.count).dropLast(place.suffix.count))
            return isOurs(id) && !(Files.text("\(place.groups)/\(name)/cgroup.procs") ?? "").isEmpty
        }
        guard runs else { return .absent }
        return isUp() ? .open : .sealed
    }

    private mutating func isOurs(_ id: String) -> Bool {
        // The directory holds control files and others' groups too.
        guard id.count == 64 else { return false }
        if let known = known[id] { return known }
        guard let text = Files.text("\(place.containers)/\(id)/config.v2.json") else { return false }
        let isOurs = text.contains("\"Name\":\"/\(container)\"")
        known[id] = isOurs
        return isOurs
    }

    private mutating func isUp() -> Bool {
        if link.map({ isInstance("\(place.links)/\($0)") }) != true {
            link = Files.names(in: place.links).first { isInstance("\(place.links)/\($0)") }
        }
        guard let link, let text = Files.text("\(place.links)/\(link)/flags") else { return false }
        // IFF_UP, netdevice(7).
        return (UInt32(text.dropFirst(2).prefix { !$0.isWhitespace }, radix: 16) ?? 0) & 1 == 1
    }

    private func isInstance(_ link: String) -> Bool {
        Files.text("\(link)/ifalias")?.split(whereSeparator: \.isWhitespace).last.map(String.init) == instance
    }
}
