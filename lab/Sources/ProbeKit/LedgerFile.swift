import Glibc
import Posix

/// Ledgers on disk.
package enum LedgerFile {
    /// - Throws: `PosixError` when there is no such file.
    package static func entries(of path: String) throws -> [LedgerEntry] {
        guard let bytes = try Files.read(path) else { throw PosixError("open", ENOENT, on: path) }
        return LedgerEntry.parse(String(decoding: bytes, as: UTF8.self))
    }
}
