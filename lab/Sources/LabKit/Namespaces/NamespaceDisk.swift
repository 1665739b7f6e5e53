import FoundationEssentials
import Glibc
import Posix

/// The directories of one machine on the host, which outlive a reset as a disk outlives a power loss.
package struct NamespaceDisk {
    private let paths: LabPaths
    private let machine: MachineName

    package init(paths: LabPaths, machine: MachineName) {
        self.paths = paths
        self.machine = machine
    }

    /// Makes them, with the machine's own `/etc` and `/var`. Run once, in `up`.
    package func make(configuration: String, neighbours: [MachineName]) throws {
        let node = "\(machine)"
        let etc = paths.configuration(of: node)
        let variable = paths.variable(of: node)
        try Files.makeDirectory(etc)
        try Command(["cp", "-a", "/etc/.", etc]).run()
        for directory in [
            "backups", "cache", "lib/containerd", "lib/docker", "lib/ployz", "lib/zfs", "lib/zpool", "log/lab", "spool",
            "tmp",
        ] {
            try Files.makeDirectory("\(variable)/\(directory)")
        }
        for (link, target) in [("run", "/run"), ("lock", "/run/lock")] {
            try PosixError.check(symlink(target, "\(variable)/\(link)"), "symlink", on: link)
        }
        try PosixError.check(chmod("\(variable)/tmp", 0o1777), "chmod", on: "\(variable)/tmp")
        try clearTemporaryFiles()

        try Files.makeDirectory("\(etc)/ployz")
        try Files.replace("\(etc)/ployz/ployzd.toml", with: configuration)
        try Files.replace("\(etc)/hosts", with: MachineName.hosts(neighbours))
        try Files.replace("\(etc)/hostname", with: "\(machine)\n")
        let identifier = UUID().uuidString.lowercased().filter { $0 != "-" }
        try Files.replace("\(etc)/machine-id", with: identifier + "\n", mode: 0o444)
    }

    /// Empties the machine's `/tmp`, as a boot does.
    package func clearTemporaryFiles() throws {
        let directory = "\(paths.state(of: "\(machine)"))/tmp"
        try Command(["rm", "-rf", "--one-file-system", directory], timeout: 60).run()
        try Files.makeDirectory(directory)
        try PosixError.check(chmod(directory, 0o1777), "chmod", on: directory)
    }
}
