import ArgumentParser
import CLinux
import Glibc
import LabKit
import Posix

/// Starts one machine; `up` runs one of these a machine, side by side.
struct Boot: ParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    func run() throws {
        let lab = try options.lab()
        try lab.machine(machine).boot(lab.requireRecord())
    }
}

/// Makes namespaces, starts their holder inside, prints its pid, and ends: so the holder is nobody's child.
struct Launch: ParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    @OptionGroup var options: LabOptions

    @Argument var node: String

    func run() throws {
        let paths = try options.lab().paths
        let program = try Programs.own()
        try MachineCgroup(paths: paths, node: node).join(asRoot: true)
        try Namespaces.unshare()
        try MachineCgroup(paths: paths, node: node).join()
        let log = try LogFile.open(paths.log(of: node, "holder"))
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let child = try ChildProcess.spawn(
            [program, Holder.subcommand, "--name", "\(paths.lab)", node],
            environment: ["PATH=\(NamespaceShell.systemPath)", "HOME=/root", "LANG=C.UTF-8", paths.mark],
            streams: .init(input: nowhere, output: log, error: log),
            newSession: true
        )
        print(child.pid)
    }
}

/// Process 1 of a machine.
struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: Holder.subcommand, shouldDisplay: false)

    @OptionGroup var options: LabOptions

    @Argument var node: String

    func run() throws {
        let lab = try options.lab()
        try Holder(paths: lab.paths, record: lab.requireRecord(), node: node).run()
    }
}
