import ArgumentParser
import Glibc
import LabKit
import Posix

struct Cut: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drop every underlay packet between machines, both ways: lab cut m1 m2",
        discussion: "With one machine, it is cut from all others. Cuts add up until 'lab heal'."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument(help: "The machine it is cut from. Default: all others.")
    var other: MachineName?

    func validate() throws {
        if machine == other { throw ValidationError("\(machine) cannot be cut from itself") }
    }

    func run() throws {
        let lab = try options.lab()
        let from = try other.map { [try lab.machine($0).name] } ?? lab.machines().map(\.name)
        let holder = try lab.bridge.requireHolder()
        for other in from where other != machine {
            try lab.bridge.configureNetwork(Underlay.cut(try lab.machine(machine).name, other), holder: holder)
        }
    }
}

struct Heal: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End every cut.")

    @OptionGroup var options: LabOptions

    func run() throws {
        let bridge = try options.lab().bridge
        try bridge.configureNetwork([Underlay.heal], holder: bridge.requireHolder())
    }
}

struct Kill: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a signal to a process of a machine: lab kill m1 ployzd",
        discussion: "Processes in containers are left alone. Waits until the process is gone when the signal is KILL."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument(help: "Its command name: ployzd, dockerd, containerd, etcd, wireguard-go, zfs-fuse …")
    var process: String

    @Option(help: "KILL, TERM, INT, HUP, STOP, CONT, USR1 or USR2.")
    var signal = SignalName.kill

    func run() throws {
        let shell = try options.lab().machine(machine).shell()
        let pids = shell.pids(named: process)
        guard !pids.isEmpty else {
            throw LabError("no \(process) runs on \(machine)", next: "lab exec \(machine) -- ps -e")
        }
        for pid in pids { kill(pid, signal.number) }
        guard signal == .kill else { return }
        try Deadline(seconds: 10).wait(for: "\(process) on \(machine) to die") {
            Set(shell.pids(named: process)).isDisjoint(with: pids)
        }
    }
}

struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a daemon of a machine again: lab start m1 ployzd",
        discussion: "Returns when it answers. It fails when the daemon runs already."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument(help: "ployzd, dockerd, containerd or zfs-fuse.")
    var daemon: Daemon

    func run() throws {
        try options.lab().machine(machine).shell().start(daemon)
    }
}

struct Reset: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Power loss and boot: everything in the machine dies at once, its disk stays.",
        discussion: "Its /run, /tmp, interfaces and mounts are new afterwards, and so is its boot ID."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Flag(help: "Leave it dead; a later reset starts it.")
    var off = false

    func run() throws {
        let lab = try options.lab()
        let machine = try lab.machine(machine)
        try LabLock.hold(lab.paths) {
            lab.markChildren()
            try machine.cutPower()
            guard !off else { return }
            try MachineDisk(paths: lab.paths, machine: machine.name).clearTemporaryFiles()
            try lab.boot([machine.name])
        }
    }
}

extension Daemon: ExpressibleByArgument {}
