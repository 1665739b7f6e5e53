import Posix

/// One mounted cgroup hierarchy of the host.
package struct CgroupHierarchy: Equatable, Sendable {
    package var mountPoint: String
    /// What `mount -o` needs to mount it again, such as `memory` or `none,name=systemd`; nil for version 2.
    package var options: String?

    package init(mountPoint: String, options: String?) {
        self.mountPoint = mountPoint
        self.options = options
    }

    /// The last part of the mount point, which is the directory that Docker expects.
    package var directory: String { String(mountPoint.split(separator: "/").last ?? "") }

    /// Those of this host: every version 1 hierarchy, or the version 2 one when there is none of version 1.
    package static func ofHost() -> [CgroupHierarchy] {
        parse(mountInfo: Files.text("/proc/self/mountinfo") ?? "")
    }

    /// - Parameter mountInfo: the text of `/proc/<pid>/mountinfo`, described in proc(5).
    package static func parse(mountInfo: String) -> [CgroupHierarchy] {
        var first: [CgroupHierarchy] = []
        var second: [CgroupHierarchy] = []
        for line in mountInfo.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, fields.count > 4 else { continue }
            switch fields[dash + 1] {
            case "cgroup":
                let options = fields[dash + 3].split(separator: ",").filter { $0 != "rw" && $0 != "ro" }
                let names = options.contains { $0.hasPrefix("name=") } ? ["none"] + options : options
                first.append(.init(mountPoint: fields[4], options: names.joined(separator: ",")))
            case "cgroup2":
                second.append(.init(mountPoint: fields[4], options: nil))
            default:
                continue
            }
        }
        return first.isEmpty ? Array(second.prefix(1)) : first
    }
}
