import ArgumentParser
import Glibc
import LabKit

struct Exec: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a command in a machine: lab exec m1 -- CMD…",
        discussion: """
            Streams, terminal, environment and exit status are passed through, and so are SIGTERM, SIGINT, SIGHUP and \
            SIGQUIT. PATH begins with the directories of ployzctl and lab-probe. The machine has its own /etc, /var, \
            /run, /tmp and /mnt; everything else is the host's. A guest has nothing of the host's, nor its environment.
            """
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String] = []

    func validate() throws {
        if command.isEmpty { throw ValidationError("no command after '--'") }
    }

    func run() throws {
        let shell = try options.lab().machine(machine).shell()
        throw ExitCode(try shell.interact(command))
    }
}

struct Ctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run ployzctl in a machine: lab ctl m1 -- ARGS…"
    )

    @OptionGroup var options: LabOptions

    @Argument var machine: MachineName

    @Argument(parsing: .postTerminator, help: "Arguments of ployzctl.")
    var arguments: [String] = []

    func run() throws {
        let shell = try options.lab().machine(machine).shell()
        throw ExitCode(try shell.interact(["ployzctl"] + arguments))
    }
}
