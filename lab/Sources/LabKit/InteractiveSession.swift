import CLinux
import FoundationEssentials
import Glibc
import Posix

/// A command of the user in a machine, with the caller's streams, signals and exit status.
package struct InteractiveSession {
    private let shell: MachineShell

    package init(shell: MachineShell) { self.shell = shell }

    /// Moves this process into the machine and runs the command there. What this process does afterwards, it does in
    /// the machine.
    ///
    /// - Returns: the exit status, 128 and the signal's number when it was killed, 127 when there is no such command.
    package func run(_ command: [String]) throws -> Int32 {
        let directory = Files.resolve(".") ?? "/"
        try MachineCgroup(paths: shell.paths, node: "\(shell.machine)").join()
        try Namespaces.enter(shell.holder.pid)
        if chdir(directory) != 0 { chdir("/") }

        var watched = sigset_t()
        sigemptyset(&watched)
        for signal in [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT] { sigaddset(&watched, signal) }
        sigprocmask(SIG_BLOCK, &watched, nil)

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
        while true {
            if let status = try child.poll() { return status.shellCode }
            var fromProcess: Int32 = 0
            let signal = clinux_wait_signal(&watched, &fromProcess)
            // A terminal signals the whole foreground group, the child included; only what was sent to this process
            // alone is passed on.
            if signal > 0 && signal != SIGCHLD && fromProcess == 1 { kill(child.pid, signal) }
        }
    }

    /// The lab's programs first, then the caller's `PATH`, which reaches the system's directories in any case.
    package static func path(inherited: String?) -> String {
        [Holder.binDirectory, Holder.toolsDirectory, inherited ?? "", MachineShell.systemPath]
            .filter { !$0.isEmpty }
            .joined(separator: ":")
    }
}
