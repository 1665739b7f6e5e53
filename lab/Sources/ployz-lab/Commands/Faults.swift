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

struct Loss: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lose some of the underlay packets between two machines: lab loss m1 m2 --thousandths 10",
        discussion: "Both ways, each packet by chance, until 'lab heal'."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument var other: MachineName

    @Option(help: "Of a thousand packets, so many: 1 to 1000.")
    var thousandths = 10

    func validate() throws {
        if machine == other { throw ValidationError("\(machine) has no link to itself") }
        guard (1...1000).contains(thousandths) else {
            throw ValidationError("--thousandths: \(thousandths) is not in 1 to 1000")
        }
    }

    func run() throws {
        let lab = try options.lab()
        let rules = Underlay.lose(thousandths, try lab.machine(machine).name, try lab.machine(other).name)
        try lab.bridge.configureNetwork(rules, holder: lab.bridge.requireHolder())
    }
}

struct Rate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Limit what reaches a machine over the underlay: lab rate m2 --megabits 40",
        discussion: "Until 'lab heal'."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Option(help: "Megabits a second, 1 to 10000.")
    var megabits: Int

    func validate() throws {
        guard (1...10_000).contains(megabits) else {
            throw ValidationError("--megabits: \(megabits) is not in 1 to 10000")
        }
    }

    func run() throws {
        let lab = try options.lab()
        let limit = Underlay.limit(try lab.machine(machine).name, megabits: megabits)
        try lab.bridge.configureNetwork([limit], holder: lab.bridge.requireHolder())
    }
}

struct Sever: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reset every TCP connection to a port of a machine: lab sever m2 4319",
        discussion: "Both ends are told, and new connections are refused, until 'lab heal'."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument var port: UInt16

    func run() throws {
        let shell = try options.lab().machine(machine).shell()
        for command in Underlay.sever(port: port) { try shell.command(command).run() }
    }
}

struct Fill: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take the space of a machine's pool, as another tenant does: lab fill m2 --leave 20",
        discussion: "By the reservation of a dataset of its own, tank/lab-fill, until 'lab heal'."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Option(help: "MiB that are left.")
    var leave: UInt64

    func run() throws {
        try Pool.fill(in: options.lab().machine(machine).shell(), leaving: leave << 20)
    }
}

struct Freeze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop every process of a machine, as a paused virtual machine stops: lab freeze m2",
        discussion: "Those in its containers too. Clocks go on. Until 'lab thaw' or 'lab heal'."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    func run() throws { try options.lab().machine(machine).freeze() }
}

struct Thaw: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a frozen machine go on: lab thaw m2")

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    func run() throws { try options.lab().machine(machine).thaw() }
}

struct Heal: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End every cut, loss, limit and freeze, and give filled pools their space back.",
        discussion: "What was killed stays dead, and what was stopped by a signal stays stopped."
    )

    @OptionGroup var options: LabOptions

    func run() throws {
        let lab = try options.lab()
        for machine in try lab.machines() { try machine.thaw() }
        let holder = try lab.bridge.requireHolder()
        try lab.bridge.configureNetwork([Underlay.heal], holder: holder)
        for machine in try lab.machines() {
            lab.bridge.attempt(Underlay.unlimit(machine.name), holder: holder)
            guard let shell = try machine.shellIfRunning() else { continue }
            _ = try shell.command(Underlay.unsever, log: "network").status()
            try Pool.empty(in: shell)
        }
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
        guard try shell.signal(signal.number, process) else {
            throw LabError("no \(process) runs on \(machine)", next: "lab exec \(machine) -- ps -e")
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
            try lab.boot([machine.name])
        }
    }
}

struct Reboot: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shut a guest down in good order and start it again: lab reboot m1",
        discussion: "Returns when it answers, with ployzd up."
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    func run() throws {
        let lab = try options.lab()
        try LabLock.hold(lab.paths) {
            lab.markChildren()
            try lab.machine(machine).reboot()
        }
    }
}

extension Daemon: ExpressibleByArgument {}
