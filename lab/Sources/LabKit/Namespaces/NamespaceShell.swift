import Glibc
package import Posix

/// Commands and daemons inside a machine of namespaces.
package struct NamespaceShell: MachineShell {
    package let paths: LabPaths
    package let machine: MachineName
    package let holder: HolderRecord

    package init(paths: LabPaths, machine: MachineName, holder: HolderRecord) {
        self.paths = paths
        self.machine = machine
        self.holder = holder
    }

    package var ployzctl: String { "\(Holder.binDirectory)/ployzctl" }

    private var node: String { "\(machine)" }

    /// The PID namespace of the machine, as `/proc/<pid>/ns/pid` shows it.
    private var pidNamespace: String { Files.link("/proc/\(holder.pid)/ns/pid") ?? "" }

    package func command(_ arguments: [String], timeout: Double, log: String?) -> Command {
        Command(
            Namespaces.entering(holder.pid, arguments),
            timeout: timeout,
            log: log.map { paths.log(of: node, $0) }
        )
    }

    package func interact(_ command: [String]) throws -> Int32 { try InteractiveSession(shell: self).run(command) }

    package func pids(named name: String) -> [Int32] {
        ProcessTable.pids(inPIDNamespace: pidNamespace).filter { pid in
            ProcessTable.command(of: pid) == String(name.prefix(15)) && ProcessTable.startTime(of: pid) != nil
        }
    }

    package func signal(_ number: Int32, _ process: String) throws -> Bool {
        let found = pids(named: process)
        for pid in found { kill(pid, number) }
        guard number == SIGKILL else { return !found.isEmpty }
        try Deadline(seconds: 10).wait(for: "\(process) on \(machine) to die") {
            Set(pids(named: process)).isDisjoint(with: found)
        }
        return !found.isEmpty
    }

    /// Starts it detached.
    package func start(_ daemon: Daemon) throws {
        if let pid = pids(named: daemon.rawValue).first {
            throw LabError("\(daemon.rawValue) runs already on \(machine) (pid \(pid))")
        }
        if daemon == .zfsFuse {
            // Mounts of a zfs-fuse that was killed answer every call with an error.
            _ = try command(["umount", "--lazy", "--all", "--types", "fuse.zfs"], log: "zpool").status()
        }
        try MachineCgroup(paths: paths, node: node).join()
        let log = paths.log(of: node, daemon.rawValue)
        let file = try LogFile.open(log)
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer {
            close(file)
            close(nowhere)
        }
        let child = try ChildProcess.spawn(
            Namespaces.entering(holder.pid, ["setsid", "--fork"] + daemon.arguments),
            environment: [
                "HOME=/root", "LANG=C.UTF-8", "PATH=\(Holder.binDirectory):\(Self.systemPath)", paths.mark,
            ],
            streams: .init(input: nowhere, output: file, error: file),
            newSession: true
        )
        let status = try child.wait(until: Deadline(seconds: 10), name: "the start of \(daemon.rawValue)")
        guard status.isSuccess else {
            throw LabError("\(daemon.rawValue) could not be started on \(machine): \(status)", next: "cat \(log)")
        }
        let deadline = Deadline(seconds: daemon.startTimeout)
        let grace = Deadline(seconds: 1)
        try deadline.wait(for: "\(daemon.rawValue) on \(machine), see \(log)", everyMilliseconds: 25) {
            if daemon.isReady(in: self) { return true }
            if grace.isOver && pids(named: daemon.rawValue).isEmpty {
                throw LabError("\(daemon.rawValue) on \(machine) ended", next: "cat \(log)")
            }
            return false
        }
        if daemon == .zfsFuse { try openPool() }
    }

    package static let systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    package static let poolDirectory = "/var/lib/zpool"

    /// Makes the pool on first use, imports it afterwards, and mounts what mounts by itself.
    private func openPool() throws {
        let list = ["zpool", "list", "-H", "-o", "name", Pool.name]
        if try !command(list, log: "zpool").status().isSuccess {
            let image = "\(Self.poolDirectory)/\(Pool.name).img"
            if Files.exists(holder.root + image) {
                try command(["zpool", "import", "-f", "-d", Self.poolDirectory, Pool.name], log: "zpool").run()
            } else {
                let record = try Lab(paths.lab).requireRecord()
                try command(["truncate", "--size", record.poolSize, image], log: "zpool").run()
                try command(["zpool", "create", "-m", "/mnt/\(Pool.name)", Pool.name, image], log: "zpool").run()
            }
        }
        _ = try command(["zfs", "mount", "-a"], log: "zpool").status()
    }
}
