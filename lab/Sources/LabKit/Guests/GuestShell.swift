import Glibc
import Posix

/// Commands and daemons inside a running guest.
struct GuestShell: MachineShell {
    let connection: GuestConnection

    var machine: MachineName { connection.machine }
    var ployzctl: String { "ployzctl" }
    private var paths: LabPaths { connection.paths }

    private static let environment = ["env", "PATH=\(ToolsDisk.programs):\(NamespaceShell.systemPath)"]

    func command(_ arguments: [String], timeout: Double, log: String?) -> Command {
        let line = (Self.environment + arguments).map(GuestConnection.quoted).joined(separator: " ")
        // A machine that has no switch any more has no shell either: the command fails and says so.
        let ssh = (try? connection.running("exec " + line)) ?? ["false"]
        return Command(ssh, timeout: timeout, log: log.map { paths.log(of: "\(machine)", $0) })
    }

    /// ssh hands on neither signals nor what signal ended a command: a shell beside the command does.
    func interact(_ command: [String]) throws -> Int32 {
        let relay = SignalRelay()
        let terminal = isatty(0) == 1
        let words = (Self.environment + command).map(GuestConnection.quoted).joined(separator: " ")
        let file = "/run/lab-exec.\(getpid()).\(Clock.monotonic())"
        // The shell lets what runs beside it ignore SIGINT, and would take its input away.
        let beside = """
            exec 3<&0; env --default-signal=INT,QUIT \(words) <&3 3<&- & command=$!; echo $command >\(file); \
            wait $command; status=$?; rm -f \(file); exit $status
            """
        let child = try ChildProcess.spawn(connection.running(terminal ? "exec \(words)" : beside, terminal: terminal))
        return try relay.wait(for: child) { signal in
            let deliver = """
                for try in 1 2 3 4 5 6 7 8 9 10; do [ -s \(file) ] && break; sleep 0.1; done; \
                kill -\(signal) "$(cat \(file))"
                """
            if let ssh = try? connection.running(deliver) {
                _ = try? Command(ssh, timeout: 20, log: "/dev/null").status()
            }
        }
    }

    /// Of the first PID namespace: containers have others.
    func pids(named name: String) throws -> [Int32] {
        let (_, text) = try self.command(Self.find + [String(name.prefix(15))]).capture()
        return text.split(separator: "\n").compactMap { Int32($0) }
    }

    private static let find = ["pgrep", "--ns", "1", "--nslist", "pid", "--exact"]

    func signal(_ number: Int32, _ process: String) throws -> Bool {
        let name = GuestConnection.quoted(String(process.prefix(15)))
        let select = Self.find.dropFirst().joined(separator: " ") + " " + name
        var script = "pkill -\(number) \(select) || exit 3\n"
        if number == SIGKILL {
            // systemd would start it again after a second.
            if let units = Daemon(rawValue: process)?.units {
                script += "systemctl stop \(units.joined(separator: " "))\n"
            }
            script += "for try in $(seq 100); do pgrep \(select) >/dev/null || exit 0; sleep 0.1; done; exit 4\n"
        }
        let status = try command(["sh", "-c", script], timeout: 60).status()
        switch status {
        case .exited(0): return true
        case .exited(3): return false
        default: throw LabError("\(process) on \(machine) did not take signal \(number): \(status)")
        }
    }

    func start(_ daemon: Daemon) throws {
        guard let units = daemon.units else {
            throw LabError("a guest has no \(daemon.rawValue)", next: "lab exec \(machine) -- systemctl")
        }
        let systemctl = ["systemctl", "start"] + units
        let status = try command(systemctl, timeout: 300, log: daemon.rawValue).status()
        guard status.isSuccess else {
            throw LabError(
                "\(daemon.rawValue) could not be started on \(machine): \(status)",
                next: "lab logs \(machine) \(daemon.rawValue)"
            )
        }
    }
}

extension Daemon {
    /// Its units in a guest; nil when guests have none. What would start the first on demand stands before it.
    var units: [String]? {
        switch self {
        case .zfsFuse: nil
        case .containerd: ["containerd.service"]
        case .dockerd: ["docker.socket", "docker.service"]
        case .ployzd: ["ployzd.service"]
        }
    }
}
