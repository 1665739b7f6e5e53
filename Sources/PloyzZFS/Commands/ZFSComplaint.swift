/// Why `zfs` failed, where somebody acts on it.
///
/// `zfs` exits with 1 for every failure and says why only in words (zfs(8), "Exit Status"), so the words have to do.
/// They are libzfs's fixed texts, the same from zfs-fuse 0.7 to OpenZFS 2.3 (2.3.2 was asked for each), read with `LC_ALL=C`, and matched here
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
    /// The receiving dataset's newest snapshot is not what the stream starts from.
    case notTheBase
    /// The stream ended early, or is damaged.
    case badStream
    /// What an earlier receive with `-s` has left is in the way of a stream that begins anew.
    case partialReceive
    case noPartialReceive
    /// The dataset, or the one that it has its key from, is encrypted and its key is not loaded.
    case keyNotLoaded
    case keyLoaded
    /// Of a mount: the key that is loaded is not the one that the dataset has by now.
    case permissionDenied
    /// The key's file is missing, too short, too long, or holds another key.
    case badKey
    /// Raw and other streams of an encrypted dataset were mixed, somewhere in its past.
    case mixedEncryption
    /// A file was written anew with larger records than before on one machine and kept its small ones where it was received
    /// (OpenZFS 2.3, `receive_handle_existing_object`). Then nothing can be received from there: the one text is about the
    /// stream as a whole; the other is what libzfs prints for any EINVAL of `receive -s`, that of the file's record too.
    case otherRecords
    /// No ZFS answers: daemon or module missing.
    case unavailable
    /// Exit status 2 and no other reason: this `zfs` does not know the subcommand, flag or property.
    case usage
    case other

    package init(exitStatus: Int32?, message: String) {
        if exitStatus == 2 {
            // OpenZFS 2.3 prints its usage, and exits with 2, also when `bookmark`, `snapshot` or `receive -A` finds no
            // dataset of that name.
            self = message.contains("dataset does not exist") ? .doesNotExist : .usage
        } else {
            self = Self.texts.first { text, _ in message.contains(text) }?.1 ?? .other
        }
    }

    private static let texts: [(String, ZFSComplaint)] = [
        // First: a stream that ends with its first record has "dataset does not exist" beside it.
        ("invalid backup stream", .badStream),
        ("failed to read from stream", .badStream),
        ("incomplete stream", .badStream),
        ("checksum mismatch", .badStream),
        ("tag already exists on this dataset", .tagExists),
        ("no such tag on this dataset", .noSuchTag),
        ("dataset does not exist", .doesNotExist),
        ("could not find any snapshots to destroy", .doesNotExist),
        ("no such pool or dataset", .doesNotExist),
        ("' does not exist.", .doesNotExist),
        ("dataset already exists", .alreadyExists),
        ("bookmark exists", .alreadyExists),
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
        ("most recent snapshot of", .notTheBase),
        ("contains partially-complete state", .partialReceive),
        ("does not have any resumable receive state", .noPartialReceive),
        ("IV set guid mismatch", .mixedEncryption),
        ("stream requires -L", .otherRecords),
        ("kernel modules must be upgraded to receive this stream", .otherRecords),
        ("key not loaded", .keyNotLoaded),
        ("key must be loaded", .keyNotLoaded),
        ("Key already loaded", .keyLoaded),
        ("Permission denied", .permissionDenied),
        ("Key load error", .badKey),
        ("Incorrect key", .badKey),
        ("make sure that the zfs-fuse daemon is running", .unavailable),
        ("failed to initialize ZFS library", .unavailable),
        ("modules are not loaded", .unavailable),
        ("modules cannot be auto-loaded", .unavailable),
    ]
}
