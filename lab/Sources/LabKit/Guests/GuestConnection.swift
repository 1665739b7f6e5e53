import Posix

/// The way into a guest: OpenSSH over the underlay, from the switch's network namespace. Commands share one connection,
/// so that each costs no handshake.
struct GuestConnection {
    let paths: LabPaths
    let machine: MachineName
    let image: GuestImage

    private func ssh(_ options: [String]) throws -> [String] {
        let holder = try Node(paths: paths, name: Underlay.switchNode).requireHolder()
        return Namespaces.enteringNetwork(
            holder.pid,
            [
                "ssh", "-q", "-F", "none", "-i", image.identity, "-o", "BatchMode=yes", "-o", "ConnectTimeout=10",
                "-o", "UserKnownHostsFile=\(image.knownHosts)", "-o", "StrictHostKeyChecking=yes",
                "-o", "ControlPath=\(paths.connection(to: machine))",
            ] + options + ["root@\(machine.underlayAddress)"]
        )
    }

    /// argv that runs a shell's command line in the guest.
    func running(_ line: String, terminal: Bool = false) throws -> [String] {
        try ssh(["-o", "ControlMaster=no", terminal ? "-tt" : "-T"]) + [line]
    }

    /// Makes the shared connection anew.
    ///
    /// - Returns: whether the guest answered.
    func open() throws -> Bool {
        close()
        let arguments = try ssh(["-o", "ControlMaster=yes", "-o", "ControlPersist=yes", "-T"]) + ["true"]
        let log = paths.log(of: "\(machine)", "ssh")
        return (try? Command(arguments, timeout: 20, log: log).status().isSuccess) ?? false
    }

    /// Ends the shared connection, whatever state the guest is in.
    func close() {
        guard Files.exists(paths.connection(to: machine)) else { return }
        if let arguments = try? ssh(["-O", "exit"]) {
            _ = try? Command(arguments, timeout: 5, log: "/dev/null").capture()
        }
    }

    /// A word as a POSIX shell takes it for itself.
    static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
