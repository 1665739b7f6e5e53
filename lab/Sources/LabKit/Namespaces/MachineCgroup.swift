import Glibc
package import Posix

/// The cgroup of one machine in every hierarchy of the host. It is the root of the machine's cgroup namespace, so all
/// that its Docker makes lies below it.
package struct MachineCgroup {
    private let hierarchies: [CgroupHierarchy]
    private let path: String

    package init(paths: LabPaths, node: String) {
        hierarchies = CgroupHierarchy.ofHost()
        path = "\(paths.cgroup)/\(node)"
    }

    /// Makes it where it is missing.
    package func make() throws {
        for hierarchy in hierarchies {
            var directory = hierarchy.mountPoint
            for part in path.split(separator: "/") {
                let parent = directory
                directory += "/\(part)"
                try Files.makeDirectory(directory)
                try inherit(hierarchy, from: parent, to: directory)
            }
        }
    }

    /// A version 1 cpuset takes no process before it has processors and memory nodes; version 2 wants each controller
    /// enabled from above.
    private func inherit(_ hierarchy: CgroupHierarchy, from parent: String, to directory: String) throws {
        if hierarchy.options == nil {
            for controller in (Files.text("\(parent)/cgroup.controllers") ?? "").split(whereSeparator: \.isWhitespace) {
                try Files.write("+\(controller)", to: "\(parent)/cgroup.subtree_control")
            }
        } else if Files.exists("\(directory)/cpuset.cpus") {
            for file in ["cpuset.cpus", "cpuset.mems"] {
                let value = Files.text("\(parent)/\(file)") ?? ""
                try Files.write(value, to: "\(directory)/\(file)")
            }
        }
    }

    /// Moves the calling process into it, and so all that it starts from now on.
    ///
    /// - Parameter asRoot: before the cgroup namespace is made. Afterwards, processes of version 2 go to a leaf, since a
    ///   group with processes cannot hand controllers down.
    package func join(asRoot: Bool = false) throws {
        for hierarchy in hierarchies {
            var directory = "\(hierarchy.mountPoint)/\(path)"
            if hierarchy.options == nil && !asRoot {
                directory += "/init"
                try Files.makeDirectory(directory)
            }
            try Files.write("\(getpid())", to: "\(directory)/cgroup.procs")
        }
    }

    /// Stops every process in it and below it, as a machine that is paused by its hypervisor stops: clocks and sockets go
    /// on. Returns when all stand still, or wait in the kernel for one that does.
    ///
    /// - Throws: `LabError` when the host cannot freeze.
    package func freeze() throws {
        guard try write(frozen: true) else { throw LabError("this host has no freezer") }
        // A process in an uninterruptible wait, as for zfs-fuse that stands still already, is never counted as frozen.
        let patience = Deadline(seconds: 2)
        try? patience.wait(for: "the processes to stand still", everyMilliseconds: 5) { isFrozen }
    }

    /// Lets them go on. Must come before a kill: a frozen process does not die.
    package func thaw() throws { _ = try write(frozen: false) }

    private var isFrozen: Bool {
        hierarchies.contains { hierarchy in
            let directory = "\(hierarchy.mountPoint)/\(path)"
            if hierarchy.options == nil {
                return Files.text("\(directory)/cgroup.events")?.contains("frozen 1") ?? false
            }
            return Files.text("\(directory)/freezer.state")?.hasPrefix("FROZEN") ?? false
        }
    }

    /// - Returns: whether there is anything to write to.
    private func write(frozen: Bool) throws -> Bool {
        var isWritten = false
        for hierarchy in hierarchies {
            let directory = "\(hierarchy.mountPoint)/\(path)"
            let (file, value) =
                hierarchy.options == nil
                ? ("\(directory)/cgroup.freeze", frozen ? "1" : "0")
                : ("\(directory)/freezer.state", frozen ? "FROZEN" : "THAWED")
            guard Files.exists(file) else { continue }
            try Files.write(value, to: file)
            isWritten = true
        }
        return isWritten
    }

    /// Removes a cgroup and those below it, deepest first, once their processes are gone.
    ///
    /// - Parameter path: relative to the root of each hierarchy.
    package static func remove(_ path: String, until deadline: Deadline) throws {
        for hierarchy in CgroupHierarchy.ofHost() {
            let directory = "\(hierarchy.mountPoint)/\(path)"
            try deadline.wait(for: "\(directory) to become empty", everyMilliseconds: 20) {
                removeTree(directory)
                return !Files.exists(directory)
            }
        }
    }

    private static func removeTree(_ directory: String) {
        for name in Files.names(in: directory) where Files.isDirectory("\(directory)/\(name)") {
            removeTree("\(directory)/\(name)")
        }
        rmdir(directory)
    }
}
