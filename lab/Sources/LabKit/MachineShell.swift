import Glibc
package import Posix

/// Commands and daemons inside one running machine.
package struct MachineShell {
    package let paths: LabPaths
    package let machine: MachineName
    package let holder: HolderRecord

    package init(paths: LabPaths, machine: MachineName, holder: HolderRecord) {
        self.paths = paths
        self.machine = machine
        self.holder = holder
    }

    private var node: String { "\(machine)" }

    /// The PID namespace of the machine, as `/proc/<pid>/ns/pid` shows it.
    private var pidNamespace: String { Files.link("/proc/\(holder.pid)/ns/pid") ?? "" }

    /// A command in the machine.
    ///
    /// - Parameter log: name of the log file that takes its standard error; nil leads to the caller's.
    package func command(_ arguments: [String], timeout: Double = 30, log: String? = nil) -> Command {
        Command(
            Namespaces.entering(holder.pid, arguments),
            timeout: timeout,
            log: log.map { paths.log(of: node, $0) }
        )
    }

    /// Processes of the machine, those in containers apart, with that command name.
    package func pids(named name: String) -> [Int32] {
        ProcessTable.pids(inPIDNamespace: pidNamespace).filter { pid in
            ProcessTable.command(of: pid) == String(name.prefix(15)) && ProcessTable.startTime(of: pid) != nil
        }
    }

    /// Starts a daemon, detached, and waits until it answers.
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
    package static let pool = "tank"
    package static let poolDirectory = "/var/lib/zpool"
    /// What stands for another tenant of the pool, who takes its space.
    private static let filler = "\(pool)/lab-fill"

    /// Takes the pool's space by a reservation, all but so many bytes.
    package func fill(leaving bytes: UInt64) throws {
        try empty()
        // Others may take space between the question and the reservation.
        try Deadline(seconds: 5).wait(for: "the space of \(Self.pool) to stand still", everyMilliseconds: 50) {
            let available = try command(["zfs", "get", "-H", "-p", "-o", "value", "available", Self.pool]).output()
            guard let free = UInt64(available.filter { !$0.isWhitespace }), free > bytes else { return true }
            let create = ["zfs", "create", "-o", "canmount=off", "-o", "reservation=\(free - bytes)", Self.filler]
            return try command(create, log: "zpool").status().isSuccess
        }
    }

    /// Gives back what ``fill(leaving:)`` took.
    package func empty() throws {
        let list = ["zfs", "list", "-H", "-o", "name", Self.filler]
        guard try command(list, log: "zpool").status().isSuccess else { return }
        try command(["zfs", "destroy", Self.filler]).run()
    }

    /// Makes the pool on first use, imports it afterwards, and mounts what mounts by itself.
    private func openPool() throws {
        let list = ["zpool", "list", "-H", "-o", "name", Self.pool]
        if try !command(list, log: "zpool").status().isSuccess {
            let image = "\(Self.poolDirectory)/\(Self.pool).img"
            if Files.exists(holder.root + image) {
                try command(["zpool", "import", "-f", "-d", Self.poolDirectory, Self.pool], log: "zpool").run()
            } else {
                let record = try Lab(paths.lab).requireRecord()
                try command(["truncate", "--size", record.poolSize, image], log: "zpool").run()
                try command(["zpool", "create", "-m", "/mnt/\(Self.pool)", Self.pool, image], log: "zpool").run()
            }
        }
        _ = try command(["zfs", "mount", "-a"], log: "zpool").status()
    }
}
