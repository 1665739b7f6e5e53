import Glibc
import Posix

/// One set of namespaces of a lab: a machine, or the switch between them.
package struct Node {
    package let paths: LabPaths
    package let name: String

    package init(paths: LabPaths, name: String) {
        self.paths = paths
        self.name = name
    }

    /// Its holder, when that is alive.
    package func holder() throws -> HolderRecord? {
        guard let record = try JSONFile.read(HolderRecord.self, from: paths.holder(of: name)), record.isAlive else {
            return nil
        }
        return record
    }

    /// - Throws: `LabError` when the node is down.
    package func requireHolder() throws -> HolderRecord {
        guard let record = try holder() else {
            throw LabError(
                "machine \(name) of lab \(paths.lab) is not running",
                next: "lab status --name \(paths.lab)"
            )
        }
        return record
    }

    /// Starts the holder in fresh namespaces, waits until its mounts are made, and writes down how to find it.
    package func power() throws -> HolderRecord {
        try Files.makeDirectory(paths.logs(of: name))
        let log = paths.log(of: name, "holder")
        guard let program = Files.link("/proc/self/exe") else {
            throw PosixError("readlink", errno, on: "/proc/self/exe")
        }
        let cgroup = MachineCgroup(paths: paths, node: name)
        try cgroup.make()
        let printed = try Command([program, "launch", "--name", "\(paths.lab)", name], log: log).output()
        guard let pid = Int32(printed.filter { !$0.isWhitespace }), let record = HolderRecord(running: pid) else {
            throw LabError("the holder of \(name) ended at once", next: "cat \(log)")
        }
        try Deadline(seconds: 30).wait(for: "the mounts of \(name), see \(log)") {
            guard record.isAlive else { throw LabError("the holder of \(name) ended", next: "cat \(log)") }
            return Files.exists(record.root + Holder.readyFile)
        }
        // The mount namespace is known for good only now.
        guard let settled = HolderRecord(running: pid) else {
            throw LabError("the holder of \(name) ended", next: "cat \(log)")
        }
        try JSONFile.write(settled, to: paths.holder(of: name))
        return settled
    }

    /// Runs commands of the host in its network namespace.
    package func configureNetwork(_ commands: [[String]], holder: HolderRecord) throws {
        for command in commands {
            try Command(
                Namespaces.enteringNetwork(holder.pid, command),
                log: paths.log(of: name, "network")
            ).run()
        }
    }

    /// Runs a command of the host there that may fail.
    package func attempt(_ command: [String], holder: HolderRecord) {
        let entering = Namespaces.enteringNetwork(holder.pid, command)
        _ = try? Command(entering, log: paths.log(of: name, "network")).status()
    }

    /// Kills all that runs in its namespaces, the holder included, and waits until they are gone.
    package func cutPower(_ record: HolderRecord) throws {
        kill(record.pid, SIGKILL)
        try ProcessTable.end(until: Deadline(seconds: 30)) { pid in
            pid == record.pid || ProcessTable.namespaces(of: pid).contains(where: record.namespaces.contains)
        }
    }
}
