import CLinux
import Glibc
import Posix

/// Entering and making namespaces. Both only work in a process of one thread.
package enum Namespaces {
    /// In the order in which they are entered: the mount namespace last, since `/proc` changes with it.
    static let kinds = ["cgroup", "ipc", "uts", "net", "pid", "mnt"]

    /// Makes fresh ones for the calling process; its next child is process 1 of the PID namespace.
    package static func unshare() throws {
        try PosixError.check(clinux_unshare_machine(), "unshare", on: "namespaces")
    }

    /// Enters those of another process; children started afterwards are inside entirely.
    package static func enter(_ pid: Int32) throws {
        let files = try kinds.map { kind in
            let path = "/proc/\(pid)/ns/\(kind)"
            return try PosixError.check(open(path, O_RDONLY | O_CLOEXEC), "open", on: path)
        }
        for (kind, file) in zip(kinds, files) {
            try PosixError.check(clinux_setns(file), "setns", on: "\(kind) of \(pid)")
            close(file)
        }
    }

    /// argv that runs a command inside the namespaces of a process.
    package static func entering(_ pid: Int32, _ arguments: [String]) -> [String] {
        ["nsenter", "--target", "\(pid)", "--cgroup", "--ipc", "--uts", "--net", "--pid", "--mount", "--"] + arguments
    }

    /// argv that runs a command of the host inside the network namespace of a process only.
    package static func enteringNetwork(_ pid: Int32, _ arguments: [String]) -> [String] {
        ["nsenter", "--target", "\(pid)", "--net", "--"] + arguments
    }
}
