import Glibc
import Posix

/// A machine that is a QEMU guest. Its QEMU runs in the network namespace of the lab's switch.
struct GuestMachine: Machine {
    let paths: LabPaths
    let name: MachineName

    /// MiB; three such machines fit a small host.
    private static let memory = 2048

    private var disks: GuestDisks { GuestDisks(paths: paths, machine: name) }
    private var monitor: GuestMonitor { GuestMonitor(socket: paths.monitor(of: name)) }
    private var bridge: Node { Node(paths: paths, name: Underlay.switchNode) }

    private func settings() throws -> LabRecord.GuestSettings {
        guard let settings = try Lab(paths.lab).requireRecord().guests else {
            throw LabError("lab \(paths.lab) has no guests")
        }
        return settings
    }

    private func connection() throws -> GuestConnection {
        GuestConnection(paths: paths, machine: name, image: GuestImage(directory: try settings().image))
    }

    func makeDisk(_ record: LabRecord) throws {
        try disks.make(image: GuestImage(directory: settings().image), poolSize: record.poolSize)
    }

    func shellIfRunning() throws -> (any MachineShell)? {
        guard try GuestRecord.read(paths, name) != nil else { return nil }
        return GuestShell(connection: try connection())
    }

    // MARK: Power

    func boot(_ record: LabRecord) throws {
        let holder = try bridge.requireHolder()
        bridge.attempt(["ip", "link", "delete", "\(name)"], holder: holder)
        try bridge.configureNetwork(Underlay.plugInGuest(name), holder: holder)
        try start(settings(), in: holder)
        try awaitShell(Deadline(seconds: 240))
        try GuestSetup(machine: self, record: record).run()
    }

    private func start(_ settings: LabRecord.GuestSettings, in holder: HolderRecord) throws {
        let log = try LogFile.open(paths.log(of: "\(name)", "qemu"))
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer {
            close(log)
            close(nowhere)
        }
        let image = GuestImage(directory: settings.image)
        let pidFile = "\(paths.run)/\(name).pid"
        unlink(pidFile)
        let arguments = Self.arguments(
            name,
            image: image,
            accelerator: settings.accelerator,
            disks: disks,
            tools: ToolsDisk(paths: paths).file,
            console: paths.log(of: "\(name)", "console"),
            monitor: monitor.socket
        )
        let child = try ChildProcess.spawn(
            Namespaces.enteringNetwork(holder.pid, arguments + ["-daemonize", "-pidfile", pidFile]),
            streams: .init(input: nowhere, output: log, error: log),
            newSession: true
        )
        let status = try child.wait(until: Deadline(seconds: 30), name: "the start of QEMU")
        guard status.isSuccess, let text = Files.text(pidFile), let pid = Int32(text.filter { !$0.isWhitespace }),
            let startTime = ProcessTable.startTime(of: pid)
        else {
            throw LabError(
                "the QEMU of \(name) ended at once: \(status)",
                next: "cat \(paths.log(of: "\(name)", "qemu"))"
            )
        }
        try JSONFile.write(GuestRecord(pid: pid, startTime: startTime), to: paths.guest(name))
    }

    /// argv of a guest's QEMU.
    ///
    /// What the guest has written is in the host's cache when its QEMU is killed, whether the guest asked for a flush or
    /// not; what it had in its own memory is lost, as by a power cut with a disk that has no cache of its own. So flushes
    /// of the host's disk would only cost time, as would what its kernel does against other tenants of its processor.
    static func arguments(
        _ name: MachineName,
        image: GuestImage,
        accelerator: GuestAccelerator,
        disks: GuestDisks,
        tools: String,
        console: String,
        monitor: String
    ) -> [String] {
        let line = """
            root=LABEL=lab-root rw console=ttyS0 quiet net.ifnames=0 mitigations=off lab.machine=\(name) \
            lab.address=\(name.underlayAddress)/24
            """
        return ["qemu-system-x86_64", "-name", "\(name)", "-machine", "q35"] + accelerator.arguments + [
            "-smp", "1", "-m", "\(memory)", "-display", "none",
            "-chardev", "file,id=console,path=\(console),append=on", "-serial", "chardev:console",
            "-kernel", image.kernel, "-initrd", image.initrd, "-append", line,
            "-drive", "if=none,id=root,format=qcow2,cache=unsafe,file=\(disks.root)",
            "-device", "virtio-blk-pci,drive=root,serial=root",
            "-drive", "if=none,id=pool,format=raw,cache=unsafe,discard=unmap,file=\(disks.pool)",
            "-device", "virtio-blk-pci,drive=pool,serial=pool",
            "-drive", "if=none,id=tools,format=raw,readonly=on,file=\(tools)",
            "-device", "virtio-blk-pci,drive=tools,serial=tools",
            "-netdev", "tap,id=net,ifname=\(name),script=no,downscript=no",
            "-device", "virtio-net-pci,netdev=net,mac=\(name.hardwareAddress),romfile=",
            "-device", "virtio-rng-pci", "-qmp", "unix:\(monitor),server=on,wait=off",
        ]
    }

    private func awaitShell(_ deadline: Deadline) throws {
        let connection = try connection()
        let console = paths.log(of: "\(name)", "console")
        try deadline.wait(for: "\(name) to answer, see \(console)", everyMilliseconds: 200) {
            guard try GuestRecord.read(paths, name) != nil else {
                throw LabError("the QEMU of \(name) ended", next: "cat \(console)")
            }
            return try connection.open()
        }
    }

    func cutPower() throws {
        guard let record = try GuestRecord.read(paths, name) else { return }
        kill(record.pid, SIGKILL)
        try Deadline(seconds: 30).wait(for: "the QEMU of \(name) to die") { !record.isAlive }
        try connection().close()
    }

    func reboot() throws {
        let shell = try shell()
        let read = ["cat", "/proc/sys/kernel/random/boot_id"]
        let before = try shell.command(read).output()
        // The connection may end before the command does.
        _ = try shell.command(["systemctl", "reboot"], log: "reboot").status()
        let deadline = Deadline(seconds: 300)
        try deadline.wait(for: "\(name) to boot again", everyMilliseconds: 500) {
            guard try connection().open() else { return false }
            let (status, identifier) = try shell.command(read, timeout: 20, log: "reboot").capture()
            return status.isSuccess && identifier != before
        }
        try GuestSetup(machine: self, record: Lab(paths.lab).requireRecord()).run()
    }

    func freeze() throws { try monitor.stop() }

    func thaw() throws {
        if try GuestRecord.read(paths, name) != nil { try monitor.goOn() }
    }

    func logs(of process: String?, follow: Bool) throws -> [String] {
        let console = paths.log(of: "\(name)", "console")
        guard try shellIfRunning() != nil, process != "console" else {
            return ["tail", "-n", "+1"] + (follow ? ["-F"] : []) + [console]
        }
        let units = process.map { Daemon(rawValue: $0)?.units ?? [$0] } ?? []
        let journal = ["journalctl", "--no-pager", "--output", "short-precise"] + units.flatMap { ["--unit", $0] }
        return try connection().running((journal + (follow ? ["--follow"] : [])).joined(separator: " "))
    }
}
