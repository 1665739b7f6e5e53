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

    /// `PLOYZ_LAB_BIN` of the environment, else `.build/debug` of the repository.
    static func defaultBin(tools: String) -> String {
        if let bin = Environment.value("PLOYZ_LAB_BIN") { return bin }
        return repository(tools: tools) + "/.build/debug"
    }

    /// `PLOYZ_LAB_PACKAGE` of the environment, else the newest that `scripts/package` has built.
    static func defaultPackage(tools: String) throws -> String {
        if let package = Environment.value("PLOYZ_LAB_PACKAGE") { return package }
        let directory = repository(tools: tools) + "/.build-package"
        let packages = Files.names(in: directory).filter { $0.hasPrefix("ployz_") && $0.hasSuffix(".deb") }
        guard let last = packages.last else {
            throw LabError("\(directory) has no package", next: "scripts/package, or go without it with --no-daemon")
        }
        return "\(directory)/\(last)"
    }

    /// What builds the guests' image.
    static func recipe(tools: String) -> String { repository(tools: tools) + "/lab/guest/build-image" }

    /// The repository whose `lab/.build/<triple>/<configuration>` holds this program.
    private static func repository(tools: String) -> String {
        "/" + tools.split(separator: "/").dropLast(4).joined(separator: "/")
    }
}
