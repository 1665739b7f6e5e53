import PloyzModel

extension ErrorCode {
    /// The machine has no ZFS.
    static let noStorage = ErrorCode("no-storage", exitStatus: 3)
    /// A volume is placed on a machine that does not own it.
    static let notOwner = ErrorCode("not-owner", exitStatus: 1)
    /// A dataset is not the live copy of its volume.
    static let volumeFenced = ErrorCode("volume-fenced", exitStatus: 1)
}
