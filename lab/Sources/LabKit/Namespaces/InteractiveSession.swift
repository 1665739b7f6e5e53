import FoundationEssentials
import Glibc
import Posix

/// A command of the user in a machine, with the caller's streams, signals and exit status.
package struct InteractiveSession {
    private let shell: NamespaceShell

    package init(shell: NamespaceShell) { self.shell = shell }

    /// Moves this process into the machine and runs the command there. What this process does afterwards, it does in
    /// the machine.
    ///
    /// - Returns: the exit status, 128 and the signal's number when it was killed, 127 when there is no such command.
    package func run(_ command: [String]) throws -> Int32 {
        let directory = Files.resolve(".") ?? "/"
        try MachineCgroup(paths: shell.paths, node: "\(shell.machine)").join()
        try Namespaces.enter(shell.holder.pid)
        if chdir(directory) != 0 { chdir("/") }

        let relay = SignalRelay()
        let path = Self.path(inherited: Environment.value("PATH"))
        setenv("PATH", path, 1)
        let environment = Environment.current().filter { !$0.hasPrefix("PATH=") && !$0.hasPrefix("DOCKER_HOST=") }
        let child: ChildProcess
        do {
            child = try ChildProcess.spawn(command, environment: environment + ["PATH=\(path)"])
        } catch let error as PosixError where error.code == ENOENT {
            StandardError.print("\(command[0]): no such command on \(shell.machine)")
            return 127
        }
        return try relay.wait(for: child) { kill(child.pid, $0) }
    }

    /// The lab's programs first, then the caller's `PATH`, which reaches the system's directories in any case.
    package static func path(inherited: String?) -> String {
        [Holder.binDirectory, Holder.toolsDirectory, inherited ?? "", NamespaceShell.systemPath]
            .filter { !$0.isEmpty }
            .joined(separator: ":")
    }
}
