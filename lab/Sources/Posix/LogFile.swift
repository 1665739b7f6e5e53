import Glibc

/// Files that programs append to.
package enum LogFile {
    /// Opens the file for appending, and makes it when it is missing. The caller closes it.
    package static func open(_ path: String) throws -> Int32 {
        try PosixError.check(
            Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644),
            "open",
            on: path
        )
    }
}
