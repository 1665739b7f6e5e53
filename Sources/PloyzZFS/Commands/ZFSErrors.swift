package import PloyzModel

extension ErrorCode {
    /// A dataset of that name is not ours; it is never changed or destroyed.
    package static let foreignDataset = ErrorCode("foreign-dataset", exitStatus: 3)
    /// A process holds the volume's dataset; the message names it.
    package static let volumeBusy = ErrorCode("volume-busy", exitStatus: 1)
    /// A volume of that name exists on this machine in another state.
    package static let volumeExists = ErrorCode("volume-exists", exitStatus: 3)
    /// The volume's dataset is not there.
    package static let volumeMissing = ErrorCode("volume-missing", exitStatus: 1)
    /// The pool or the quota has no space left.
    package static let volumeFull = ErrorCode("volume-full", exitStatus: 1)
    /// The volume's mount point holds files of others, or something else is mounted there.
    package static let mountPointInUse = ErrorCode("mount-point-in-use", exitStatus: 1)
    /// The snapshot is not the one that was asked for: another GUID, or written since.
    package static let snapshotMismatch = ErrorCode("snapshot-mismatch", exitStatus: 1)
    /// A stream ended early or was damaged.
    package static let badStream = ErrorCode("bad-stream", exitStatus: 1)
    /// The key of an encrypted volume is not loaded, and could not be: no file, or another key in it.
    package static let keyNotLoaded = ErrorCode("key-not-loaded", exitStatus: 1)
    /// No ZFS on this machine, or it does not run.
    package static let zfsUnavailable = ErrorCode("zfs-unavailable", exitStatus: 3)
    /// `zfs` failed in a way that nothing is known about.
    package static let zfsFailed = ErrorCode("zfs-failed", exitStatus: 1)
}
