import Glibc
import Posix

/// mount(2), by what is wanted of it.
enum Mount {
    /// What is mounted from now on stays in this mount namespace.
    static func makePrivate() throws {
        try call("none", "/", nil, UInt(MS_REC) | UInt(MS_PRIVATE), nil)
    }

    static func bind(_ source: String, on target: String) throws {
        try call(source, target, nil, UInt(MS_BIND), nil)
    }

    static func move(_ source: String, to target: String) throws {
        try call(source, target, nil, UInt(MS_MOVE), nil)
    }

    static func temporary(on target: String, options: String = "mode=755") throws {
        try call("tmpfs", target, "tmpfs", 0, options)
    }

    /// A file system that the kernel makes up, such as `proc`.
    static func kernel(_ type: String, on target: String, options: String? = nil) throws {
        try call(type, target, type, UInt(MS_NOSUID) | UInt(MS_NODEV) | UInt(MS_NOEXEC), options)
    }

    /// Takes a mount and those below it out of sight.
    static func detach(_ target: String) throws {
        try PosixError.check(umount2(target, Int32(MNT_DETACH)), "umount", on: target)
    }

    private static func call(
        _ source: String,
        _ target: String,
        _ type: String?,
        _ flags: UInt,
        _ options: String?
    ) throws {
        try PosixError.check(mount(source, target, type, flags, options), "mount", on: target)
    }
}
