/// A flag of `zfs send` that the first send of a volume fixes for all its later ones, in whatever direction
/// (zfs-send(8)). Toggling `-L` is refused by ZFS or doubles blocks; mixing raw and other streams ends in
/// "IV set guid mismatch".
///
/// `-e` is not among them. OpenZFS 2.3.2 (`do_dump`) then also sends a spill block that compresses into its pointer as
/// data, at an offset that no file has: extended attributes, or the text of a long symbolic link, are gone on the target,
/// and both programs exit with 0 (openzfs/zfs#19091).
package enum StreamFlag: String, Codable, Hashable, Sendable, CaseIterable {
    /// Blocks above 128 KiB as they are.
    case largeBlocks = "-L"
    /// Compressed blocks as they are.
    case compressed = "-c"
    /// Encrypted blocks as they are: the target needs no key to receive them. Implies the others.
    case raw = "-w"
}
