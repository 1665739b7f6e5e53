package import Posix

/// Commands and daemons inside one running machine.
package protocol MachineShell {
    var machine: MachineName { get }

    /// The program `ployzctl` there, as a command names it.
    var ployzctl: String { get }

    /// A command in the machine.
    ///
    /// - Parameters:
    ///   - timeout: seconds after which it is ended.
    ///   - log: name of the log file on the host that takes its standard error; nil leads to the caller's.
    func command(_ arguments: [String], timeout: Double, log: String?) -> Command

    /// Runs a command of the user, with the caller's streams, signals and exit status.
    ///
    /// - Returns: the exit status, 128 and the signal's number when it was killed, 127 when there is no such command.
    func interact(_ command: [String]) throws -> Int32

    /// Processes of the machine, those in containers apart, with that command name. The numbers are the host's for a
    /// machine of namespaces, and its own for a guest.
    func pids(named name: String) throws -> [Int32]

    /// Sends a signal to every process that ``pids(named:)`` finds; one that was killed stays dead, whoever would start
    /// it again, until ``start(_:)``.
    ///
    /// - Returns: whether there was one.
    func signal(_ number: Int32, _ process: String) throws -> Bool

    /// Starts a daemon and waits until it answers.
    func start(_ daemon: Daemon) throws
}

extension MachineShell {
    package func command(_ arguments: [String], timeout: Double = 30, log: String? = nil) -> Command {
        command(arguments, timeout: timeout, log: log)
    }
}

/// The pool that every machine has.
package enum Pool {
    package static let name = "tank"
    /// What stands for another tenant of the pool, who takes its space.
    private static let filler = "\(name)/lab-fill"

    /// Takes the pool's space by a reservation, all but so many bytes.
    package static func fill(in shell: any MachineShell, leaving bytes: UInt64) throws {
        try empty(in: shell)
        // Others may take space between the question and the reservation.
        try Deadline(seconds: 15).wait(for: "the space of \(name) to stand still", everyMilliseconds: 50) {
            let available = try shell.command(["zfs", "get", "-H", "-p", "-o", "value", "available", name]).output()
            guard let free = UInt64(available.filter { !$0.isWhitespace }), free > bytes else { return true }
            let create = ["zfs", "create", "-o", "canmount=off", "-o", "reservation=\(free - bytes)", filler]
            return try shell.command(create, log: "zpool").status().isSuccess
        }
    }

    /// Gives back what ``fill(in:leaving:)`` took.
    package static func empty(in shell: any MachineShell) throws {
        let list = ["zfs", "list", "-H", "-o", "name", filler]
        guard try shell.command(list, log: "zpool").status().isSuccess else { return }
        try shell.command(["zfs", "destroy", filler]).run()
    }
}
