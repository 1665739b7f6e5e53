import FoundationEssentials
import Glibc
import Posix

/// Process 1 of a machine: makes its mounts, then collects the children of ended processes for ever. Its end is the
/// machine's power loss: the kernel kills every process of the PID namespace, and mounts and interfaces go with them.
package struct Holder {
    private let paths: LabPaths
    private let record: LabRecord
    private let node: String

    /// Written inside the machine when its mounts are made.
    package static let readyFile = "/run/ployz-lab/ready"
    package static let binDirectory = "/run/ployz-lab/bin"
    package static let toolsDirectory = "/run/ployz-lab/tools"
    package static let dockerConfiguration = "/run/ployz-lab/docker.json"

    package init(paths: LabPaths, record: LabRecord, node: String) {
        self.paths = paths
        self.record = record
        self.node = node
    }

    /// The hidden subcommand that runs it.
    package static let subcommand = "hold"

    /// Whether a process was started by that subcommand.
    static func isHolder(_ pid: Int32) -> Bool {
        guard let bytes = try? Files.read("/proc/\(pid)/cmdline") else { return false }
        return bytes.split(separator: 0).dropFirst().first.map { $0.elementsEqual(subcommand.utf8) } ?? false
    }

    /// Does not return, except by an error.
    package func run() throws -> Never {
        try prepare()
        var children = sigset_t()
        sigemptyset(&children)
        sigaddset(&children, SIGCHLD)
        sigprocmask(SIG_BLOCK, &children, nil)
        while true {
            while waitpid(-1, nil, WNOHANG) > 0 {}
            var number: Int32 = 0
            sigwait(&children, &number)
        }
    }

    private func prepare() throws {
        let cgroups = CgroupHierarchy.ofHost()
        try Mount.makePrivate()
        try Mount.temporary(on: "/run")
        for directory in ["/run/lock", "/run/ployz-lab", Self.binDirectory, Self.toolsDirectory] {
            try Files.makeDirectory(directory)
        }
        if Files.isDirectory(record.bin) { try Mount.bind(record.bin, on: Self.binDirectory) }
        try Mount.bind(record.tools, on: Self.toolsDirectory)
        if node != Underlay.switchNode { try mountDisk() }
        try Mount.temporary(on: "/mnt")
        try Mount.temporary(on: "/dev/shm", options: "mode=1777")
        try Mount.kernel("proc", on: "/proc")
        try giveBootIdentifier()
        try Mount.detach("/sys")
        try Mount.kernel("sysfs", on: "/sys")
        try mountCgroups(cgroups)
        try PosixError.check(sethostname(node, node.utf8.count), "sethostname", on: node)
        try Files.replace(Self.dockerConfiguration, with: "{}\n")
        try Files.replace(Self.readyFile, with: "\(node)\n")
    }

    /// `/var` comes last: it hides where the disk itself lies.
    private func mountDisk() throws {
        try Mount.bind(paths.configuration(of: node), on: "/etc")
        try Mount.bind("\(paths.state(of: node))/tmp", on: "/tmp")
        try Mount.bind(paths.variable(of: node), on: "/var")
    }

    /// The kernel's identifier of this boot belongs to the host; a machine that was reset must see a new one.
    private func giveBootIdentifier() throws {
        let file = "/run/ployz-lab/boot_id"
        try Files.replace(file, with: UUID().uuidString.lowercased() + "\n", mode: 0o444)
        try Mount.bind(file, on: "/proc/sys/kernel/random/boot_id")
    }

    private func mountCgroups(_ hierarchies: [CgroupHierarchy]) throws {
        let root = "/sys/fs/cgroup"
        if hierarchies.allSatisfy({ $0.options == nil }) {
            try Mount.kernel("cgroup2", on: root)
            return
        }
        try Mount.temporary(on: root)
        for hierarchy in hierarchies {
            let directory = "\(root)/\(hierarchy.directory)"
            try Files.makeDirectory(directory)
            try Mount.kernel("cgroup", on: directory, options: hierarchy.options)
        }
    }
}
