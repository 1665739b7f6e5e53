/// Why `zfs` failed, where somebody acts on it.
///
/// `zfs` exits with 1 for every failure and says why only in words (zfs(8), "Exit Status"), so the words have to do.
/// They are libzfs's fixed texts, the same from zfs-fuse 0.7 to OpenZFS 2.3, read with `LC_ALL=C`, and matched here
/// alone. Where the state can be read instead (mounted, present, written), it is.
package enum ZFSComplaint: Hashable, Sendable {
    case doesNotExist
    case alreadyExists
    case busy
    case tagExists
    case noSuchTag
    /// A hold or a clone keeps the snapshot.
    case kept
    case noSpace
    /// A limit below what is used already.
    case limitTooSmall
    /// zfs-fuse says so in about one of ten rollbacks that follow an unmount closely; the same call succeeds a moment
    /// later.
    case ioError
    /// The receiving dataset was written since its newest snapshot.
    case modified
    /// The stream ended early, or is damaged.
    case badStream
    /// No ZFS answers: daemon or module missing.
    case unavailable
    /// Exit status 2: this `zfs` does not know the subcommand, flag or property.
    case usage
    case other

    package init(exitStatus: Int32?, message: String) {
        if exitStatus == 2 {
            self = .usage
        } else {
            self = Self.texts.first { text, _ in message.contains(text) }?.1 ?? .other
        }
    }

    private static let texts: [(String, ZFSComplaint)] = [
        ("tag already exists on this dataset", .tagExists),
        ("no such tag on this dataset", .noSuchTag),
        ("dataset does not exist", .doesNotExist),
        ("could not find any snapshots to destroy", .doesNotExist),
        ("dataset already exists", .alreadyExists),
        ("has dependent clones", .kept),
        ("being held", .kept),
        ("is held", .kept),
        ("is busy", .busy),
        ("resource busy", .busy),
        ("I/O error", .ioError),
        ("out of space", .noSpace),
        ("quota exceeded", .noSpace),
        ("size is less than current used or reserved space", .limitTooSmall),
        ("has been modified", .modified),
        ("invalid backup stream", .badStream),
        ("failed to read from stream", .badStream),
        ("incomplete stream", .badStream),
        ("checksum mismatch", .badStream),
        ("make sure that the zfs-fuse daemon is running", .unavailable),
        ("failed to initialize ZFS library", .unavailable),
        ("modules are not loaded", .unavailable),
        ("modules cannot be auto-loaded", .unavailable),
    ]
}
