import Glibc
import SystemPackage

enum Pipes {
    /// The capacity that is asked for; the kernel may give less to users other than root.
    static let capacity: Int32 = 1 << 20
    /// `F_SETPIPE_SZ` of fcntl(2), which Glibc's module does not show.
    private static let setPipeSize: Int32 = 1031

    /// Both ends are closed in children: here by `FD_CLOEXEC`, and in the moment before that by Subprocess, which
    /// closes everything but the standard descriptors.
    static func make() throws -> (reader: FileDescriptor, writer: FileDescriptor) {
        let ends = try FileDescriptor.pipe()
        closeInChildren(ends.readEnd)
        closeInChildren(ends.writeEnd)
        return (ends.readEnd, ends.writeEnd)
    }

    /// Lets a write to a pipe whose reader is gone fail with `EPIPE`, where the process would end otherwise. Whoever
    /// writes a stream may do so on any thread, so this holds for the whole process, from the first stream on.
    static let brokenPipesAreErrors: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    static func closeInChildren(_ descriptor: FileDescriptor) {
        _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC)
    }

    /// A pipe that a stream goes through. Only the end that is ours is made non-blocking: the other end is another open
    /// file, and who works on it (zfs-fuse's daemon among others) expects it to block.
    static func makeWide() throws -> (reader: FileDescriptor, writer: FileDescriptor) {
        let ends = try make()
        _ = fcntl(ends.writer.rawValue, setPipeSize, capacity)
        return ends
    }

    static func setNonBlocking(_ descriptor: FileDescriptor) {
        _ = fcntl(descriptor.rawValue, F_SETFL, fcntl(descriptor.rawValue, F_GETFL) | O_NONBLOCK)
    }
}
