import Glibc
import PloyzMigration
import PloyzModel
import SystemPackage

/// The lock of a volume's datasets, held by whoever works on them and inherited by the children that carry streams:
/// `flock(2)` belongs to the open file, so it lasts until the last child that has it ends, also when the daemon is
/// killed.
struct DatasetLock: ~Copyable, Sendable {
    enum Kind: Sendable {
        /// For reading a stream out of the dataset; several at once.
        case shared
        /// For everything that changes it.
        case exclusive
    }

    let descriptor: FileDescriptor

    /// Takes the lock, waiting at most `limit`.
    ///
    /// - Throws: ``PloyzError`` `volume-busy` when others keep it longer.
    static func take(
        _ path: String,
        _ kind: Kind,
        limit: Duration,
        timekeeper: any Timekeeper
    ) async throws -> DatasetLock {
        let lock = DatasetLock(
            descriptor: try FileDescriptor.open(
                FilePath(path),
                .readWrite,
                options: [.create, .closeOnExec],
                permissions: .ownerReadWrite
            )
        )
        let end = timekeeper.now + limit
        // A child that another thread is just starting has every open file until its exec: a millisecond or so.
        var pause = Duration.milliseconds(1)
        while flock(lock.descriptor.rawValue, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw Errno(rawValue: errno) }
            guard timekeeper.now < end else {
                throw PloyzError(
                    .volumeBusy,
                    "another send or receive of the volume has not ended (lock \(path))",
                    next: "find it: fuser \(path)"
                )
            }
            try await timekeeper.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
        return lock
    }

    deinit { try? descriptor.close() }
}
