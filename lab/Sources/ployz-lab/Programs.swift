import Glibc
import LabKit
import Posix

/// Where programs are.
enum Programs {
    /// This program.
    static func own() throws -> String {
        guard let path = Files.link("/proc/self/exe") else {
            throw PosixError("readlink", errno, on: "/proc/self/exe")
        }
        return path
    }

    /// The directory of this program and `lab-probe`.
    static func directory() throws -> String {
        let own = try own()
        return String(own[..<(own.lastIndex(of: "/") ?? own.endIndex)])
    }

    /// `PLOYZ_LAB_BIN` of the environment, else `.build/debug` of the repository whose
    /// `lab/.build/<triple>/<configuration>` holds this program.
    static func defaultBin(tools: String) -> String {
        if let bin = Environment.value("PLOYZ_LAB_BIN") { return bin }
        let repository = tools.split(separator: "/").dropLast(4)
        return "/" + (repository + [".build", "debug"]).joined(separator: "/")
    }
}
