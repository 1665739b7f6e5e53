import ArgumentParser
import Glibc
import LabKit
import Posix

struct Outside: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a command on the underlay, outside of every machine: lab outside -- CMD…",
        discussion: """
            It has the host's files and the address 192.168.90.1, which reaches the machines as any client that is in no \
            cluster does. PATH begins with the directory of lab-probe.
            """
    )

    @OptionGroup var options: LabOptions

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String] = []

    func validate() throws {
        if command.isEmpty { throw ValidationError("no command after '--'") }
    }

    func run() throws {
        let lab = try options.lab()
        _ = try lab.requireRecord()
        let holder = try lab.bridge.requireHolder()
        try lab.bridge.configureNetwork(Underlay.reachOutside, holder: holder)
        if let program = Files.link("/proc/self/exe"), let slash = program.lastIndex(of: "/") {
            setenv("PATH", "\(program[..<slash]):\(NamespaceShell.systemPath)", 1)
        }
        // In place of this process, so that signals reach the command.
        let words = Namespaces.enteringNetwork(holder.pid, command)
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        _ = execvp(words[0], &argv)
        throw PosixError("execvp", errno, on: words[0])
    }
}
