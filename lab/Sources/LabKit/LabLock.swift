import Glibc
import Posix

/// Keeps two commands from changing one lab at once. The kernel lets go of it when its holder dies.
package enum LabLock {
    /// Runs the body while no other command does so for this lab.
    ///
    /// - Parameter removing: take the lock file away at the end, and the directories of all labs when they are empty.
    /// - Throws: `LabError` when another command keeps the lock for ten seconds; whatever the body throws.
    package static func hold(_ paths: LabPaths, removing: Bool = false, _ body: () throws -> Void) throws {
        let file = try take(paths)
        defer { close(file) }
        try body()
        guard removing else { return }
        unlink(paths.lock)
        rmdir(LabPaths.runRoot)
        rmdir(LabPaths.stateRoot)
    }

    private static func take(_ paths: LabPaths) throws -> Int32 {
        var taken: Int32?
        do {
            try Deadline(seconds: 10).wait(for: "the lock", everyMilliseconds: 50) {
                taken = try tryOnce(paths.lock)
                return taken != nil
            }
        } catch is TimedOut {
            throw LabError("another command works on lab \(paths.lab)", next: "wait for it, or end it")
        }
        guard let taken else { throw LabError("no lock for lab \(paths.lab)") }
        return taken
    }

    /// Nil when another has it. A lock file that was removed in between is nobody's.
    private static func tryOnce(_ path: String) throws -> Int32? {
        try Files.makeDirectory(LabPaths.runRoot)
        let file = try PosixError.check(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), "open", on: path)
        var mine = stat()
        var current = stat()
        if flock(file, LOCK_EX | LOCK_NB) == 0, fstat(file, &mine) == 0, stat(path, &current) == 0,
            mine.st_ino == current.st_ino
        {
            return file
        }
        close(file)
        return nil
    }
}
